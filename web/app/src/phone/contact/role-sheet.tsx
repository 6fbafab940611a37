import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, must, type Schema } from '../../shared/api'
import { t, word } from '../../shared/i18n'
import { Sheet } from '../parts/sheet'
import { Failed } from '../parts/states'

type Role = Schema<'BuyingRole'>
const roles: Role[] = [
  'boss',
  'decision_maker',
  'cto',
  'cio',
  'purchasing',
  'department_head',
  'influencer',
  'practitioner',
  'intern',
  'competitor',
]

/** Says what part the customer plays in buying. */
export function RoleSheet({ contact, close }: { contact: Schema<'MyContact'>; close: () => void }) {
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: (role: Role) => must(api.PUT('/contacts/{id}/person', { params: { path: { id: contact.id } }, body: { role } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['me'] })
      close()
    },
  })
  return (
    <Sheet title={t('m.role.title')} close={close}>
      {save.isError && <Failed error={save.error} />}
      <div className="pills">
        {roles.map((role) => (
          <button
            key={role}
            type="button"
            className="pill"
            aria-pressed={(save.isPending ? save.variables : contact.role) === role}
            disabled={save.isPending}
            onClick={() => save.mutate(role)}
          >
            {word('filter.word.role', role)}
          </button>
        ))}
      </div>
    </Sheet>
  )
}
