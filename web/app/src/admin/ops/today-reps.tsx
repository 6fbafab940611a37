import { formatAgo, t } from '../../shared/i18n'
import { RepName } from '../people/rep-name'
import { Go } from './go'
import { Quiet } from './quiet'
import type { Day } from './today-data'
import './ops.css'

/** Whom something waits for: calls that WeCom has given to a rep to send. */
export function TodayReps({ day }: { day: Day }) {
  const top = Math.max(1, ...day.reps.map((r) => r.fresh + r.overdue))
  const now = new Date(day.at)
  return (
    <section className="panel" aria-labelledby="reps-title">
      <div className="panel-head">
        <h2 id="reps-title">{t('ui.today.reps')}</h2>
      </div>
      {day.reps.length === 0 ? (
        <Quiet why={t('ui.today.reps.none')} />
      ) : (
        <ul className="bars">
          {day.reps.slice(0, 8).map((r) => (
            <li key={r.rep_id}>
              <span className="bar-name" translate="no">
                {r.rep_id === 0 ? <span translate="yes">{t('ui.today.reps.several')}</span> : <RepName id={r.rep_id} name={r.rep_name} />}
              </span>
              <span className="bar-box">
                <span className="bar-line" style={{ width: `${(100 * (r.fresh + r.overdue)) / top}%` }}>
                  {r.overdue > 0 && <i className="fate failed" style={{ flexGrow: r.overdue }} />}
                  {r.fresh > 0 && <i className="fate waiting" style={{ flexGrow: r.fresh }} />}
                </span>
              </span>
              <span className="bar-facts">
                {r.fresh > 0 && (
                  <Go to="/queue" search={{ state: 'submitted', rep: r.rep_id }}>
                    {t('ui.today.reps.fresh', { n: r.fresh })}
                  </Go>
                )}
                {r.overdue > 0 && (
                  <Go to="/queue" search={{ state: 'unconfirmed', rep: r.rep_id }} className="bad">
                    {t('ui.today.reps.overdue', { n: r.overdue })}
                  </Go>
                )}
                <span className="soft">{formatAgo(r.oldest_at, now)}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
