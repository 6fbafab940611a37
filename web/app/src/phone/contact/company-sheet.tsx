import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { api, must, type Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { Sheet } from '../parts/sheet'
import { Failed, Loading } from '../parts/states'

type Effect = 'join' | 'correct' | 'move'

/** Says where the customer works: what was wrong before, or that they have moved. */
export function CompanySheet({ contact, close }: { contact: Schema<'MyContact'>; close: () => void }) {
  const client = useQueryClient()
  const [text, setText] = useState(contact.account ? '' : contact.corp_name)
  const [moved, setMoved] = useState(false)
  const q = useDeferredValue(text.trim())
  const found = useQuery({
    queryKey: ['companies', q],
    queryFn: () => must(api.GET('/me/companies', { params: { query: { q } } })),
    enabled: q.length > 0,
    placeholderData: (before) => before,
  })
  const effect: Effect = contact.account ? (moved ? 'move' : 'correct') : 'join'
  const save = useMutation({
    mutationFn: (account_id: number | null) =>
      must(api.PUT('/contacts/{id}/account', { params: { path: { id: contact.id } }, body: { account_id, effect } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['me'] })
      close()
    },
  })
  return (
    <Sheet title={t('m.company.title')} close={close}>
      <label className="field">
        <span className="soft">{t('m.company.search')}</span>
        <input type="search" value={text} maxLength={60} autoComplete="off" onChange={(e) => setText(e.target.value)} />
      </label>
      {contact.account && (
        <label className="check">
          <input type="checkbox" checked={moved} onChange={(e) => setMoved(e.target.checked)} />
          <span>
            {t('m.company.moved')} <span translate="no">{contact.account.name}</span>
          </span>
        </label>
      )}
      {save.isError && <Failed error={save.error} />}
      {found.isError && <Failed error={found.error} retry={() => void found.refetch()} />}
      {q && found.isPending && <Loading rows={3} />}
      <ul className="choices">
        {q &&
          found.data?.items
            .filter((c) => c.id !== contact.account?.id)
            .map((company) => (
              <li key={company.id}>
                <button type="button" translate="no" disabled={save.isPending} onClick={() => save.mutate(company.id)}>
                  {company.name}
                </button>
              </li>
            ))}
        {contact.account && (
          <li>
            <button type="button" disabled={save.isPending} onClick={() => save.mutate(null)}>
              {t('m.company.none')}
            </button>
          </li>
        )}
      </ul>
      {q && !found.isPlaceholderData && found.data?.items.length === 0 && <p className="soft">{t('m.company.nothing')}</p>}
    </Sheet>
  )
}
