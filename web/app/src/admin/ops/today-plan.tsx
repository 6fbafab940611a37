import { formatNumber, t, word } from '../../shared/i18n'
import { type Fate, partsOf, sumOf } from './fate'
import { FateLegend } from './fate-legend'
import { Go } from './go'
import { clockOf, shownHours, tallest } from './hours'
import type { Day } from './today-data'
import './ops.css'

/** The day as a row of hours: what went out, what waits, what did not, what is still to come. */
export function TodayPlan({ day }: { day: Day }) {
  const ahead = day.hours.reduce((sum, h) => sum + h.ahead, 0)
  const quiet = sumOf(day.fates) + ahead === 0
  const rows = (fate: Fate) => ({ to: '/touches', search: { day: day.day, fate } })
  return (
    <section className="panel" aria-labelledby="plan-title">
      <div className="panel-head">
        <h2 id="plan-title">{t('ui.today.plan')}</h2>
        <FateLegend fates={day.fates} rows={rows} />
        {ahead > 0 && (
          <Go to="/queue" search={{ state: 'upcoming' }} className="fate-ahead-link">
            <i className="fate ahead" aria-hidden />
            {t('ui.today.ahead')} <b>{formatNumber(ahead)}</b>
          </Go>
        )}
      </div>
      {quiet ? <p className="soft">{t('ui.today.quiet')}</p> : <Hours day={day} />}
      {day.more && <p className="soft">{t('ui.today.more')}</p>}
    </section>
  )
}

function Hours({ day }: { day: Day }) {
  const now = clockOf(day.at, day.zone)
  const hours = shownHours(day.hours, now.hour)
  const top = tallest(hours)
  return (
    <ol className="hours" tabIndex={0} aria-label={t('ui.today.plan')}>
      {hours.map((h) => (
        <li key={h.hour} className={h.hour === now.hour ? 'now' : h.hour < now.hour ? 'past' : undefined}>
          <div className="hour-bars">
            {h.ahead > 0 && (
              <Go
                to="/queue"
                search={{ state: 'upcoming' }}
                className="fate ahead"
                style={{ height: `${(100 * h.ahead) / top}%` }}
                label={t('ui.today.hour.ahead', { hour: h.hour, n: h.ahead })}
                title={t('ui.today.hour.ahead', { hour: h.hour, n: h.ahead })}
              />
            )}
            {partsOf(h.fates)
              .reverse()
              .map((p) => (
                <Go
                  key={p.fate}
                  to="/touches"
                  search={{ day: day.day, hour: h.hour, fate: p.fate }}
                  className={`fate ${p.fate}`}
                  style={{ height: `${(100 * p.count) / top}%` }}
                  label={t('ui.today.hour.part', { hour: h.hour, fate: word('fate', p.fate), n: p.count })}
                  title={t('ui.today.hour.part', { hour: h.hour, fate: word('fate', p.fate), n: p.count })}
                />
              ))}
            {h.hour === now.hour && <span className="now-line" style={{ left: `${100 * now.part}%` }} aria-hidden />}
          </div>
          <span className="hour-sum">{sumOf(h.fates) + h.ahead > 0 ? formatNumber(sumOf(h.fates) + h.ahead) : ''}</span>
          <span className="hour-name">{h.hour}</span>
        </li>
      ))}
    </ol>
  )
}
