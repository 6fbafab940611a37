import { formatNumber, t, word } from '../../shared/i18n'
import { Go } from './go'
import { Quiet } from './quiet'
import type { Day } from './today-data'
import './ops.css'

/** Reasons that are caps and quota: room that was not there. */
const room = ['quota', 'over_quota', 'cap_contact_day', 'cap_contact_week', 'cap_rep_day', 'conflict']

/** Why things did not go out today; what was lost to caps and quota is marked. */
export function TodayReasons({ day }: { day: Day }) {
  const top = Math.max(1, ...day.reasons.map((r) => r.count))
  const lost = day.reasons.filter((r) => room.includes(r.reason)).reduce((sum, r) => sum + r.count, 0)
  return (
    <section className="panel" aria-labelledby="reasons-title">
      <div className="panel-head">
        <h2 id="reasons-title">{t('ui.today.reasons')}</h2>
        {lost > 0 && <span className="soft">{t('ui.today.reasons.room', { n: lost })}</span>}
      </div>
      {day.reasons.length === 0 ? (
        <Quiet why={t('ui.today.reasons.none')} />
      ) : (
        <ul className="bars">
          {day.reasons.slice(0, 8).map((r) => (
            <li key={`${r.fate} ${r.reason}`}>
              <span className="bar-name">
                {r.text}
                <span className="soft"> · {word('fate', r.fate)}</span>
              </span>
              <span className="bar-box">
                <span className="bar-line" style={{ width: `${(100 * r.count) / top}%` }}>
                  <i className={`fate ${r.fate}`} style={{ flexGrow: 1 }} />
                </span>
              </span>
              <span className="bar-facts">
                <Go to="/touches" search={{ day: day.day, fate: r.fate, reason: r.reason }}>
                  {formatNumber(r.count)}
                </Go>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
