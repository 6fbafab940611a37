import { t } from '../../../shared/i18n'
import { bandOf, type Hours } from '../../sop/hours'
import './week-band.css'

const weekdays = [1, 2, 3, 4, 5, 6, 0]
const ticks = [0, 6, 12, 18, 24]

/** A week of days from midnight to midnight, with the hours in which something may leave. */
export function WeekBand({ hours }: { hours: Hours }) {
  const { left, width } = bandOf(hours)
  const said = t(hours.workdays ? 'ui.set.windows.says.workdays' : 'ui.set.windows.says.every', { from: hours.from, to: hours.to })
  return (
    <div className="week-band" role="img" aria-label={said}>
      {weekdays.map((day) => (
        <div key={day} className="week-band-row">
          <span className="week-band-day">{t(`ui.weekday.${day}`)}</span>
          <span className="week-band-night">
            {!(hours.workdays && (day === 0 || day === 6)) && width > 0 && (
              <span className="week-band-open" style={{ left: `${left}%`, width: `${width}%` }}>
                {day === 1 && `${hours.from}–${hours.to}`}
              </span>
            )}
          </span>
        </div>
      ))}
      <div className="week-band-row" aria-hidden>
        <span />
        <span className="week-band-ticks">
          {ticks.map((hour) => (
            <span key={hour} style={{ left: `${(hour / 24) * 100}%` }}>
              {hour}
            </span>
          ))}
        </span>
      </div>
    </div>
  )
}
