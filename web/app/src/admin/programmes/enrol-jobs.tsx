import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../shared/api'
import { formatInstant, t } from '../../shared/i18n'
import { useMay } from '../may'
import { isOver, seenBy } from './enrol'
import { CancelJob, stateKey } from './job-numbers'
import './programmes.css'

/** The latest bulk enrollments of a programme: under way with their numbers, or what came of them. */
export function EnrolJobs({ id }: { id: number }) {
  const may = useMay()('cancelEnrollmentJob')
  const jobs = useQuery({
    queryKey: ['enrolment-jobs', id],
    queryFn: () => must(api.GET('/sops/{id}/enrollment-jobs', { params: { path: { id }, query: { limit: 50 } } })),
    refetchInterval: (q) => (q.state.data?.items.some((j) => !isOver(j)) ? 1500 : false),
  })
  const items = (jobs.data?.items ?? []).filter((j) => !j.dry_run)
  if (items.length === 0) return null
  return (
    <section className="section" aria-labelledby="jobs" id="enrolments">
      <h2 id="jobs">{t('ui.enrol.jobs')}</h2>
      <ul className="version-list">
        {items.map((j) => (
          <li key={j.id}>
            <strong>{t(`ui.enrol.source.${j.source}`)}</strong>
            <span role={isOver(j) ? undefined : 'status'}>
              {t(stateKey(j))}
              {!isOver(j) && ` ${t('ui.enrol.progress', { n: seenBy(j), total: j.total })}`}
            </span>
            <span>{t('ui.enrol.result', { entered: j.entered, already: j.already_in, not: j.past + j.unreachable + j.failed })}</span>
            <span className="who">
              {formatInstant(j.created_at)} · <span translate="no">{j.created_by}</span>
            </span>
            {may && !isOver(j) && <CancelJob job={j} />}
          </li>
        ))}
      </ul>
    </section>
  )
}
