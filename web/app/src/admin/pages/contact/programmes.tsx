import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { formatDate, formatInstant, t } from '../../../shared/i18n'
import { Card } from '../../card'
import { useChange } from '../../change'
import { useMay } from '../../may'
import { Go } from '../../ops/go'
import { StateTag } from '../../people/state-tag'
import { ErrorState, Loading } from '../../states'
import { Sure } from '../../sure'

const EnrolDialog = lazy(async () => ({ default: (await import('../../programmes/enrol-dialog')).EnrolDialog }))

type Run = Schema<'ContactRun'>

const inside: readonly Run['state'][] = ['active', 'paused', 'parked']

/** The programmes that the contact is or was in, each with the way to its story. */
export function Programmes({ id }: { id: number }) {
  const may = useMay()
  const [enrolling, setEnrolling] = useState(false)
  const query = useInfiniteQuery({
    queryKey: ['contact', id, 'programmes'],
    queryFn: ({ pageParam }) =>
      must(api.GET('/contacts/{id}/enrollments', { params: { path: { id }, query: { limit: 10, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor || undefined,
  })
  const runs = query.data?.pages.flatMap((p) => p.items) ?? []
  return (
    <Card
      title={t('ui.runs.title')}
      actions={
        may('enrollInBulk') && (
          <Button size="small" onClick={() => setEnrolling(true)}>
            {t('ui.runs.enrol')}
          </Button>
        )
      }
    >
      {query.isPending && <Loading rows={3} />}
      {query.error && <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {query.data && runs.length === 0 && <p className="soft">{t('ui.runs.none')}</p>}
      <ul className="plain-list runs">
        {runs.map((run) => (
          <RunLine key={run.id} run={run} contact={id} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('ui.runs.more')}
        </Button>
      )}
      {enrolling && (
        <Suspense>
          <EnrolDialog who={{ source: 'contacts', ids: [id] }} open onClose={() => setEnrolling(false)} />
        </Suspense>
      )}
    </Card>
  )
}

function RunLine({ run, contact }: { run: Run; contact: number }) {
  const may = useMay()
  const name = <span translate="no">{run.sop_name || t('ui.runs.nameless', { id: run.sop_id })}</span>
  return (
    <li>
      <div className="runs-head">
        {may('getStory') ? <Go to={`/sops/${run.sop_id}/people/${run.id}`}>{name}</Go> : name}
        <StateTag state={run.state} family="enrollment" />
        {run.run > 1 && <span className="soft">{t('ui.runs.nth', { n: run.run })}</span>}
        {may('exit') && inside.includes(run.state) && <Stop run={run} contact={contact} />}
      </div>
      <div className="soft">
        {run.ended_at
          ? t('ui.runs.between', { from: formatDate(run.enrolled_at), to: formatDate(run.ended_at) })
          : t('ui.runs.since', { from: formatDate(run.enrolled_at) })}
        {run.reason_text && ` · ${run.reason_text}`}
        {run.state === 'active' && run.next_due_at && ` · ${t('ui.runs.next', { at: formatInstant(run.next_due_at) })}`}
      </div>
    </li>
  )
}

/** Takes the contact out of the programme; what has been sent stays sent. */
function Stop({ run, contact }: { run: Run; contact: number }) {
  const stop = useChange(
    () => must(api.DELETE('/enrollments/{id}', { params: { path: { id: run.id } } })),
    [['contact', contact], ['rows'], ['story', run.id]],
    t('ui.runs.stopped'),
  )
  return (
    <Sure
      title={t('ui.runs.stop.ask', { sop: run.sop_name })}
      description={t('ui.runs.stop.hint')}
      okText={t('ui.runs.stop')}
      onConfirm={() => stop.mutate()}
    >
      <Button size="small" type="link" danger loading={stop.isPending} aria-label={t('ui.runs.stop.of', { sop: run.sop_name })}>
        {t('ui.runs.stop')}
      </Button>
    </Sure>
  )
}
