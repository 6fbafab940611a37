// What the ruler shows: a column for each day, long empty stretches folded.

import { addDays, type Calendar, type Day } from './calendar'
import type { Placed } from './steps'

export interface DayColumn {
  kind: 'day'
  day: number
  date: Day
  working: boolean
  holiday: string
  steps: Placed[]
}

export interface GapColumn {
  kind: 'gap'
  from: number
  to: number
}

export type Column = DayColumn | GapColumn

const longestStretch = 6 // of empty days that are shown one by one
const leastDays = 7
const edge = 2 // empty days that a folded stretch leaves after the step before it

/** The columns for steps; `open` are the first days of stretches that were unfolded. */
export function columns(steps: readonly Placed[], calendar: Calendar, open: ReadonlySet<number>): Column[] {
  const days = steps.map((s) => s.day)
  const first = Math.min(0, ...days)
  const last = Math.max(first + leastDays, ...days.map((d) => d + edge))
  const byDay = new Map<number, Placed[]>()
  for (const s of steps) byDay.set(s.day, [...(byDay.get(s.day) ?? []), s])
  const out: Column[] = []
  for (let day = first; day <= last; day++) {
    const stretch = emptyFrom(day, last, byDay)
    const from = day + edge
    const to = day + stretch - 2
    if (stretch > longestStretch && !open.has(from)) {
      for (let d = day; d < from; d++) out.push(column(d, calendar, byDay))
      out.push({ kind: 'gap', from, to })
      day = to
    } else out.push(column(day, calendar, byDay))
  }
  return out
}

/** How many empty days begin at that day, if it is the first of them. */
function emptyFrom(day: number, last: number, byDay: ReadonlyMap<number, Placed[]>): number {
  if (byDay.has(day) || (!byDay.has(day - 1) && day > 0)) return 0
  let n = 0
  while (day + n <= last && !byDay.has(day + n)) n++
  return day + n > last ? 0 : n // what comes after the last step is never folded
}

function column(day: number, calendar: Calendar, byDay: ReadonlyMap<number, Placed[]>): DayColumn {
  const date = addDays(calendar.today, day)
  const steps = [...(byDay.get(day) ?? [])].sort((a, b) => a.minute - b.minute || a.number - b.number)
  return { kind: 'day', day, date, working: calendar.working(date), holiday: calendar.nameOf(date), steps }
}
