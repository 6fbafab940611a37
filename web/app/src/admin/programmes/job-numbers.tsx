import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Progress } from 'antd'
import { useEffect } from 'react'
import { api, must } from '../../shared/api'
import { formatNumber, t } from '../../shared/i18n'
import { useChange } from '../change'
import { isOver, type Job, seenBy } from './enrol'

/** A job's numbers, which move while it runs, and a way to stop it. */
export function JobNumbers({ first }: { first: Job }) {
  const client = useQueryClient()
  const job = useQuery({
    queryKey: ['enrolment-job', first.id],
    queryFn: () => must(api.GET('/enrollment-jobs/{id}', { params: { path: { id: first.id } } })),
    initialData: first,
    refetchInterval: (q) => (q.state.data && isOver(q.state.data) ? false : 1000),
  }).data
  const over = isOver(job)
  const entered = over && !job.dry_run
  useEffect(() => {
    if (!entered) return
    for (const key of ['contact', 'rows']) void client.invalidateQueries({ queryKey: [key] })
  }, [client, entered])
  return (
    <div role="status">
      <strong>{t(job.dry_run ? 'ui.enrol.dry' : stateKey(job))}</strong>
      {!over && (
        <Progress
          percent={job.total > 0 ? Math.round((100 * seenBy(job)) / job.total) : 0}
          status="active"
          aria-label={t('ui.enrol.running')}
        />
      )}
      {!over && !job.dry_run && <CancelJob job={job} />}
      <div className="numbers">
        {(['total', 'entered', 'already_in', 'past', 'unreachable', 'failed'] as const).map((k) => (
          <div key={k}>
            <b>{formatNumber(job[k])}</b>
            <span>{t(k === 'entered' && job.dry_run ? 'ui.enrol.would' : `ui.enrol.${k}`)}</span>
          </div>
        ))}
      </div>
      {job.last_error && <Alert type="warning" showIcon title={<span translate="no">{job.last_error}</span>} />}
    </div>
  )
}

/** What a job is doing, as the key of a word. */
export const stateKey = (job: Job): string =>
  job.state === 'cancelled' ? 'ui.enrol.cancelled' : job.state === 'done' ? 'ui.enrol.done' : 'ui.enrol.running'

/** Stops a job; who is in stays in. */
export function CancelJob({ job }: { job: Job }) {
  const cancel = useChange(
    () => must(api.POST('/enrollment-jobs/{id}/cancel', { params: { path: { id: job.id } } })),
    [['enrolment-job', job.id], ['enrolment-jobs']],
    t('ui.enrol.cancelled.said'),
  )
  return (
    <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate()}>
      {t('ui.enrol.cancel')}
    </Button>
  )
}
