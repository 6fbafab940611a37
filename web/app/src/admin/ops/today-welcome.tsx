import { formatNumber, formatTime, t } from '../../shared/i18n'
import { dotsOf } from './dots'
import { Go } from './go'
import { Quiet } from './quiet'
import type { Day } from './today-data'
import './ops.css'

const seconds = (n: number): string => t('ui.seconds', { s: n < 10 ? n.toFixed(1) : String(Math.round(n)) })

/** How long welcomes took today, against the twenty seconds that WeCom allows. */
export function TodayWelcome({ day }: { day: Day }) {
  const w = day.welcome
  const search = { day: day.day, channel: 'welcome' }
  const first = w.latest[0]
  const last = w.latest.at(-1)
  return (
    <section className="panel" aria-labelledby="welcome-title">
      <div className="panel-head">
        <h2 id="welcome-title">{t('ui.today.welcome')}</h2>
      </div>
      {w.count === 0 || !first || !last ? (
        <Quiet why={t('ui.today.welcome.none')} />
      ) : (
        <>
          <div className="figures">
            <Figure name={t('ui.today.welcome.p50')} value={seconds(w.p50_seconds)} />
            <Figure name={t('ui.today.welcome.p95')} value={seconds(w.p95_seconds)} bad={w.p95_seconds > w.limit_seconds} />
            <Figure name={t('ui.today.welcome.slowest')} value={seconds(w.slowest_seconds)} bad={w.slowest_seconds > w.limit_seconds} />
            <div className="figure">
              <Go to="/touches" search={{ ...search, fate: 'sent' }}>
                <b>{formatNumber(w.count)}</b>
              </Go>
              <span className="soft">{t('ui.today.welcome.count')}</span>
            </div>
          </div>
          <svg
            className="dots"
            viewBox="0 0 300 76"
            preserveAspectRatio="none"
            role="img"
            aria-label={t('ui.today.welcome.picture', { n: w.latest.length, p95: seconds(w.p95_seconds) })}
          >
            <line x1="0" x2="300" y1="12" y2="12" className="limit" />
            {dotsOf(w.latest, w.limit_seconds, { width: 300, top: 12, bottom: 72 }).map((d) => (
              <line key={d.id} x1={d.x} x2={d.x} y1={72} y2={d.y} className={d.late ? 'late' : undefined} />
            ))}
          </svg>
          <p className="soft dots-foot">
            <span>{formatTime(first.at)}</span>
            <span>{t('ui.today.welcome.limit', { s: w.limit_seconds })}</span>
            <span>{formatTime(last.at)}</span>
          </p>
        </>
      )}
    </section>
  )
}

function Figure({ name, value, bad = false }: { name: string; value: string; bad?: boolean }) {
  return (
    <div className="figure">
      <b className={bad ? 'bad' : undefined}>{value}</b>
      <span className="soft">{name}</span>
    </div>
  )
}
