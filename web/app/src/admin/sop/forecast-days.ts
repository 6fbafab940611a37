import type { Schema } from '../../shared/api'
import { addDays, type Calendar, type Day, dayOfInstant } from './calendar'

type Load = Schema<'Forecast'>['load'][number]

export interface ForecastDay {
  day: Day
  working: boolean
  touches: number
  calls: number
  skipped: number
  /** How many reps have something to do. */
  reps: number
}

/** The load of each day from that instant on, days without any included. */
export function forecastDays(load: readonly Load[], from: string, days: number, calendar: Calendar): ForecastDay[] {
  const first = dayOfInstant(from)
  const out = Array.from({ length: days }, (_, i): ForecastDay => {
    const day = addDays(first, i)
    return { day, working: calendar.working(day), touches: 0, calls: 0, skipped: 0, reps: 0 }
  })
  const byDay = new Map(out.map((d) => [d.day, d]))
  for (const l of load) {
    const day = byDay.get(l.day)
    if (!day) continue
    day.touches += l.touches
    day.calls += l.calls
    day.skipped += l.skipped
    if (l.touches > 0) day.reps++
  }
  return out
}
