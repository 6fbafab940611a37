import { formatNumber, t } from '../../shared/i18n'
import type { ForecastDay } from './forecast-days'
import { dateWords } from './words'

interface BarsProps {
  days: ForecastDay[]
  chosen: string | undefined
  onChoose: (day: string) => void
}

/** The coming days and how many people get something on each. */
export function ForecastBars({ days, chosen, onChoose }: BarsProps) {
  const most = Math.max(1, ...days.map((d) => d.touches))
  return (
    <ol className="forecast-bars">
      {days.map((d) => (
        <li key={d.day} className={d.working ? undefined : 'off'}>
          <button
            type="button"
            aria-pressed={chosen === d.day}
            disabled={d.touches + d.skipped === 0}
            onClick={() => onChoose(d.day)}
            title={t('ui.sop.forecast.day', { day: dateWords(d.day), touches: d.touches, skipped: d.skipped, reps: d.reps })}
          >
            <span className="forecast-date">{dateWords(d.day)}</span>
            <span className="forecast-track" aria-hidden>
              <span style={{ width: `${(100 * d.touches) / most}%` }} />
            </span>
            <span className="forecast-n">{d.touches > 0 ? formatNumber(d.touches) : ''}</span>
          </button>
        </li>
      ))}
    </ol>
  )
}
