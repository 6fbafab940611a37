import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { api, must, type Schema } from '../../shared/api'
import { formatInstant, t } from '../../shared/i18n'
import { ContactName } from '../people/contact-name'
import { ErrorState, Loading, Nothing } from '../states'

export type Way = 'move' | 'earlier' | 'gain' | 'lose' | 'passed'

type Person = Schema<'DiffPerson'>

/** Whom moving to the draft would touch in one way. */
export function DiffPeople({ id, way }: { id: number; way: Way }) {
  const query = useInfiniteQuery({
    queryKey: ['sop-diff-people', id, way],
    queryFn: async ({ pageParam }) =>
      (await must(api.GET('/sops/{id}/diff/people', { params: { path: { id }, query: { way, cursor: pageParam, limit: 50 } } }))) as {
        items: Person[]
        next_cursor?: string
      },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor || undefined,
  })
  if (query.isPending) return <Loading rows={3} />
  if (query.error) return <ErrorState error={query.error} retry={() => void query.refetch()} />
  const people = query.data.pages.flatMap((p) => p.items)
  if (people.length === 0 && !query.hasNextPage) return <Nothing why={t('ui.sop.diff.nobody')} />
  return (
    <div className="diff-people">
      <ul>
        {people.map((p) => (
          <li key={p.enrollment_id}>
            <ContactName id={p.contact_id} name={p.contact_name} />
            <span className="soft">{dates(p)}</span>
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('ui.sop.diff.more')}
        </Button>
      )}
    </div>
  )
}

function dates({ next_due_at: before, new_due_at: after }: Person): string {
  const word = (at: string | null) => (at ? formatInstant(at) : t('ui.sop.diff.over'))
  return before === after ? word(before) : `${word(before)} → ${word(after)}`
}
