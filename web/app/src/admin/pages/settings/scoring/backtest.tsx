import { useQuery } from '@tanstack/react-query'
import { Progress } from 'antd'
import { api, must } from '../../../../shared/api'
import { formatNumber, formatShare, t } from '../../../../shared/i18n'
import { Ask } from '../../../states'
import { Panel } from '../panel'
import { gradeChanges, type Judged, type Backtest as Result, split } from './rules'

function Picture({ result }: { result: Result }) {
  const { both, leave, enter } = split(result)
  const total = Math.max(1, both + leave + enter)
  const parts = [
    { key: 'leave', n: leave },
    { key: 'both', n: both },
    { key: 'enter', n: enter },
  ]
  return (
    <div className="mql-flow" role="img" aria-label={t('ui.score.test.picture', { both, leave, enter })}>
      {parts.map(({ key, n }) => (
        <div key={key} className={key} style={{ flexGrow: Math.max(0.04, n / total) }}>
          <strong>{formatNumber(n)}</strong>
          <span>{t(`ui.score.test.${key}`)}</span>
        </div>
      ))}
    </div>
  )
}

const share = (n: number | null) => (n === null ? t('ui.score.test.unknown') : formatShare(n))

function Compare({ live, draft }: { live: Judged; draft: Judged }) {
  return (
    <table className="plain">
      <thead>
        <tr>
          <th scope="col">{t('ui.score.test.by')}</th>
          <th scope="col">{t('ui.score.test.mql')}</th>
          <th scope="col">{t('ui.score.test.precision')}</th>
          <th scope="col">{t('ui.score.test.recall')}</th>
        </tr>
      </thead>
      <tbody>
        {[
          { key: 'live', j: live },
          { key: 'draft', j: draft },
        ].map(({ key, j }) => (
          <tr key={key}>
            <th scope="row">{t(`ui.score.test.${key}`)}</th>
            <td>{formatNumber(j.mql)}</td>
            <td>
              {share(j.precision)} <span className="soft">{t('ui.score.test.of', { n: j.right, all: j.right + j.wrong })}</span>
            </td>
            <td>
              {share(j.recall)} <span className="soft">{t('ui.score.test.of', { n: j.right, all: j.good })}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What these rules would have made of the last 90 days, beside the live ones. */
export function Backtest({ job }: { job: number }) {
  const query = useQuery({
    queryKey: ['score-job', job],
    queryFn: () => must(api.GET('/score-jobs/{id}', { params: { path: { id: job } } })),
    refetchInterval: (q) => (q.state.data?.state === 'done' || q.state.data?.state === 'cancelled' ? false : 700),
  })
  return (
    <Panel title={t('ui.score.test')} lede={t('ui.score.test.lede')}>
      <Ask query={query}>
        {({ state, done, result }) => {
          if (state === 'cancelled') return <p>{t('ui.score.test.cancelled')}</p>
          if (state !== 'done')
            return (
              <div role="status">
                <Progress
                  strokeColor="var(--brand)"
                  aria-label={t('ui.score.test.running')}
                  percent={Math.min(95, 5 + Math.round(done / 40))}
                  showInfo={false}
                  status="active"
                />
                <p className="soft">{t('ui.score.test.looked', { n: done })}</p>
              </div>
            )
          const r = result as unknown as Result
          return (
            <>
              <p className="says">{t('ui.score.test.says', { n: r.contacts, enter: r.become_mql, leave: r.cease_mql })}</p>
              <Picture result={r} />
              <div className="table-scroll" tabIndex={0} role="group" aria-label={t('ui.score.test')}>
                <Compare live={r.live} draft={r.draft} />
              </div>
              {r.grade_changes > 0 && (
                <p>
                  {t('ui.score.test.grades', { n: r.grade_changes })}{' '}
                  {gradeChanges(r)
                    .map(([change, n]) => `${change} ${formatNumber(n)}`)
                    .join(' · ')}
                </p>
              )}
            </>
          )
        }}
      </Ask>
    </Panel>
  )
}
