import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { api, must } from '../../shared/api'
import { formatDate, t, word } from '../../shared/i18n'
import { FlowPicture } from '../ops/flow-picture'
import { Go, type Search } from '../ops/go'
import { type PeopleQuery, PeopleRows } from '../ops/people-rows'
import { among, text, whole } from '../ops/search'
import { SopTabs } from '../ops/sop-tabs'
import { useSop } from '../ops/sops'
import { VersionChoice } from '../ops/version-choice'
import { Page } from '../page'
import { PartNote } from '../part-note'
import { Ask, Nothing } from '../states'

const states = ['inside', 'active', 'paused', 'completed', 'exited', 'parked'] as const

/** Who is where in a programme: the stream of people, and the rows behind each of its numbers. */
export function SopPeople() {
  const params = useParams({ strict: false })
  const id = Number(params.id)
  const search: Record<string, unknown> = useSearch({ strict: false })
  const navigate = useNavigate()
  const version = whole(search.version)
  const at = text(search.at)
  const query: PeopleQuery = {
    version,
    at: at === '-' ? '' : at,
    reached: text(search.reached),
    state: among(search.state, states),
    due: text(search.due),
    reason: text(search.reason),
  }
  const narrowed = [query.at, query.reached, query.state, query.due].some((v) => v !== undefined)
  const sop = useSop(id)
  const flow = useQuery({
    queryKey: ['sop', id, 'flow', version],
    queryFn: () => must(api.GET('/sops/{id}/flow', { params: { path: { id }, query: { version } } })),
    refetchInterval: 30_000,
  })
  const people = (next: Search) => ({ to: `/sops/${id}/people`, search: { ...next, version } })
  return (
    <Page
      title={t('ui.flow.title')}
      lede={sop.data && <span translate="no">{sop.data.name}</span>}
      actions={<VersionChoice sop={id} value={version} change={(v) => void navigate({ to: '.', search: { version: v } as never })} />}
    >
      <SopTabs sop={id} here="people" />
      <PartNote />
      <Ask query={flow} rows={10}>
        {(f) =>
          f.enrolled === 0 ? (
            <Nothing why={t('ui.flow.none')}>
              <Go to={`/sops/${id}`}>{t('ui.flow.open')}</Go>
            </Nothing>
          ) : (
            <>
              <section className="panel" aria-label={t('ui.flow.picture')}>
                <FlowPicture flow={f} people={people} />
              </section>
              <h2 className="below">
                {t('ui.flow.people')}
                {narrowed && (
                  <>
                    <span className="soft">
                      {' '}
                      · <Narrowed query={query} names={new Map(f.nodes.map((n) => [n.step_key, n.name || n.step_key]))} />
                    </span>
                    <Button type="link" onClick={() => void navigate({ to: '.', search: { version } as never })}>
                      {t('ui.touches.clear')}
                    </Button>
                  </>
                )}
              </h2>
              <PeopleRows sop={id} nodes={f.nodes} query={query} />
            </>
          )
        }
      </Ask>
    </Page>
  )
}

function Narrowed({ query, names }: { query: PeopleQuery; names: Map<string, string> }) {
  return (
    <>
      {query.state && `${word('enrollment', query.state)} `}
      {query.due && t('ui.flow.due', { day: formatDate(query.due) })}
      {query.reason && `${word('reason', query.reason)} `}
      {query.at === '' && t('ui.flow.at.start')}
      {query.at && t('ui.flow.at')}
      {query.reached && t('ui.flow.at.reached')}
      {(query.at || query.reached) && <span translate="no"> {names.get(query.at || query.reached || '')}</span>}
    </>
  )
}
