import { type KeyboardEvent, useRef, useState } from 'react'
import { formatDay, t } from '../../../shared/i18n'
import { type Day, type Month, stepDay, works } from './year'

const weekdays = [1, 2, 3, 4, 5, 6, 0]
const moves: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }

const look = (d: Day): string => {
  const kind = d.special ? d.special.kind : d.weekend ? 'weekend' : 'plain'
  return d.special?.own ? `day ${kind} own` : `day ${kind}`
}

const say = (d: Day): string =>
  [formatDay(d.day), t(works(d) ? 'ui.set.calendar.worked' : 'ui.set.calendar.off'), d.special?.name].filter(Boolean).join(' · ')

/** Twelve months at a glance; arrows walk over the days, Enter opens one. */
export function YearPicture({ months, pick }: { months: Month[]; pick: (day: string) => void }) {
  const box = useRef<HTMLDivElement>(null)
  const first = months[0]?.weeks[0]?.find((d) => d)?.day ?? ''
  const [at, setAt] = useState(first)
  const here = at.slice(0, 4) === first.slice(0, 4) ? at : first
  const walk = (e: KeyboardEvent) => {
    const by = moves[e.key]
    if (!by) return
    e.preventDefault()
    const to = stepDay(here, by)
    setAt(to)
    box.current?.querySelector<HTMLButtonElement>(`[data-day="${to}"]`)?.focus()
  }
  return (
    <div className="year" ref={box} onKeyDown={walk} role="group" aria-label={t('ui.set.calendar.picture')}>
      {months.map((m) => (
        <section key={m.month} className="month">
          <h2>{t(`ui.month.${m.month}`)}</h2>
          <div className="month-days">
            {weekdays.map((w) => (
              <span key={w} className="weekday" aria-hidden>
                {t(`ui.weekday.${w}`)}
              </span>
            ))}
            {m.weeks.flatMap((week, n) =>
              week.map((d, i) =>
                d ? (
                  <button
                    key={d.day}
                    type="button"
                    data-day={d.day}
                    className={look(d)}
                    translate={d.special?.own && d.special.name ? 'no' : undefined}
                    title={say(d)}
                    aria-label={say(d)}
                    tabIndex={d.day === here ? 0 : -1}
                    onFocus={() => setAt(d.day)}
                    onClick={() => pick(d.day)}
                  >
                    {d.date}
                  </button>
                ) : (
                  // biome-ignore lint/suspicious/noArrayIndexKey: places of a week have no other name
                  <span key={`${n}-${i}`} />
                ),
              ),
            )}
          </div>
        </section>
      ))}
    </div>
  )
}
