// Where steps stand on a ruler in miniature.

import type { Schema } from '../../shared/api'

export type Offset = Schema<'Offset'>

interface Placed {
  key: string
  offset: Offset
  channel: string
}

const minutesIn = { d: 1440, h: 60, m: 1, s: 1 / 60 }

/** How many days a step lies from the beginning; working days and months are taken at their usual length. */
export function daysOf(o: Offset): number {
  if (o.after) {
    let minutes = 0
    for (const [, n, unit] of o.after.matchAll(/([\d.]+)([dhms])/g)) minutes += Number(n) * minutesIn[unit as keyof typeof minutesIn]
    return ((o.after.startsWith('-') ? -1 : 1) * minutes) / 1440
  }
  const days = (o.day ?? 0) + 7 * (o.week ?? 0) + 30 * (o.month ?? 0) + 1.4 * (o.workday ?? 0)
  const clock = /^(\d\d):(\d\d)$/.exec(o.at ?? '')
  return days + (clock ? (Number(clock[1]) * 60 + Number(clock[2])) / 1440 : 0)
}

export interface Mark<T> {
  step: T
  /** From 0 at the left to 1 at the right. */
  x: number
  /** How many marks are at the same place below it. */
  row: number
}

interface Places<T> {
  marks: Mark<T>[]
  /** The days at both ends of the line. */
  from: number
  to: number
  /** The day of the last step. */
  last: number
}

/** The steps along a line from the first day to the last; those too close stand above each other. */
export function placesOf<T extends Placed>(steps: readonly T[], gap = 0.035): Places<T> {
  const days = steps.map((s) => (s.channel === 'welcome' ? 0 : daysOf(s.offset)))
  const from = Math.floor(Math.min(0, ...days))
  const to = Math.max(from + 1, Math.ceil(Math.max(0, ...days)))
  const marks: Mark<T>[] = []
  const order = steps.map((step, i) => ({ step, x: ((days[i] ?? 0) - from) / (to - from) })).sort((a, b) => a.x - b.x)
  for (const { step, x } of order) {
    const near = marks.filter((m) => x - m.x < gap)
    marks.push({ step, x, row: near.length })
  }
  return { marks, from, to, last: Math.floor(Math.max(from, ...days)) }
}
