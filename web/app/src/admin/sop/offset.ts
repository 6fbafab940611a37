// Relative times: where they are on the ruler of somebody who is added today,
// and what they become when a card is moved.

import { addDays, addMonths, type Calendar, daysBetween } from './calendar'
import type { Offset } from './model'

const units = { d: 1440, h: 60, m: 1, s: 1 / 60 } as const

/** A duration such as "30m", "4h0m0s", "3d" or "-2h" in minutes; undefined when it is none. */
export function minutesOf(duration: string | undefined): number | undefined {
  const match = /^(-?)((?:\d+(?:\.\d+)?[dhms])+)$/.exec(duration ?? '')
  if (!match?.[2]) return undefined
  let minutes = 0
  for (const [, n, unit] of match[2].matchAll(/([\d.]+)([dhms])/g)) minutes += Number(n) * units[unit as keyof typeof units]
  return match[1] ? -minutes : minutes
}

/** Minutes as the server writes durations: whole days, or hours and minutes. */
export function durationOf(minutes: number): string {
  if (minutes !== 0 && minutes % 1440 === 0) return `${minutes / 1440}d`
  const rest = Math.abs(minutes)
  const text = `${rest >= 60 ? `${Math.floor(rest / 60)}h` : ''}${rest % 60 || rest < 60 ? `${rest % 60}m` : ''}`
  return minutes < 0 ? `-${text}` : text
}

export type Unit = 'm' | 'h' | 'd'

/** A duration in its largest whole unit, for a number and a choice of units. */
export function inUnit(duration: string | undefined): { n: number; unit: Unit } {
  const minutes = minutesOf(duration) ?? 0
  if (minutes !== 0 && minutes % 1440 === 0) return { n: minutes / 1440, unit: 'd' }
  if (minutes !== 0 && minutes % 60 === 0) return { n: minutes / 60, unit: 'h' }
  return { n: Math.round(minutes), unit: 'm' }
}

export const fromUnit = (n: number, unit: Unit): string => durationOf(n * units[unit])

export type OffsetKind = 'day' | 'workday' | 'week' | 'month' | 'after'

export function kindOf(o: Offset): OffsetKind {
  if (o.workday) return 'workday'
  if (o.week) return 'week'
  if (o.month) return 'month'
  return o.day === undefined ? 'after' : 'day'
}

/** The same place counted in another way. */
export function asKind(o: Offset, kind: OffsetKind, calendar: Calendar): Offset {
  const day = dayOf(o, calendar)
  const at = o.at || '10:00'
  switch (kind) {
    case 'after':
      return { after: day > 0 ? `${day}d` : '1h' }
    case 'day':
      return { day, at }
    case 'workday':
      return { workday: calendar.workdaysUntil(calendar.today, addDays(calendar.today, day)) || 1, at }
    case 'week':
      return { week: Math.round(day / 7) || 1, at }
    case 'month':
      return { month: Math.round(day / 30) || 1, at }
  }
}

/** The day on the ruler: 0 is the day that is counted from. */
export function dayOf(o: Offset, calendar: Calendar): number {
  switch (kindOf(o)) {
    case 'workday':
      return daysBetween(calendar.today, calendar.workdaysAfter(calendar.today, o.workday ?? 0))
    case 'week':
      return 7 * (o.week ?? 0)
    case 'month':
      return daysBetween(calendar.today, addMonths(calendar.today, o.month ?? 0))
    case 'day':
      return o.day ?? 0
    case 'after':
      return Math.floor((minutesOf(o.after) ?? 0) / 1440)
  }
}

/** What orders the steps of one day: durations first, then the time of day. */
export function minuteOf(o: Offset): number {
  if (kindOf(o) === 'after') return ((minutesOf(o.after) ?? 0) % 1440) / 1440 - 1
  const at = /^(\d\d):(\d\d)$/.exec(o.at ?? '')
  return at ? Number(at[1]) * 60 + Number(at[2]) : 0
}

/** Moved to that day of the ruler, at the same time and counted the same way where that can be. */
export function movedTo(o: Offset, day: number, calendar: Calendar): Offset {
  const at = o.at ? { at: o.at } : {}
  switch (kindOf(o)) {
    case 'after': {
      const rest = (minutesOf(o.after) ?? 0) - 1440 * dayOf(o, calendar)
      const minutes = 1440 * day + rest
      return minutes === 0 ? {} : { after: durationOf(minutes) }
    }
    case 'workday': {
      const n = calendar.workdaysUntil(calendar.today, addDays(calendar.today, day))
      return n === 0 ? { day, ...at } : { workday: n, ...at }
    }
    case 'week':
      return day % 7 === 0 && day !== 0 ? { week: day / 7, ...at } : { day, ...at }
    default:
      return { day, ...at }
  }
}

/** Later or earlier by hours: the time of day within its day, a duration without bounds but zero. */
export function shiftedHours(o: Offset, hours: number): Offset {
  if (kindOf(o) === 'after') {
    const minutes = Math.max(0, (minutesOf(o.after) ?? 0) + 60 * hours)
    return minutes === 0 ? {} : { after: durationOf(minutes) }
  }
  const minute = Math.min(23 * 60 + 59, Math.max(0, (o.at ? minuteOf(o) : 600) + 60 * hours))
  return { ...o, at: clock(minute) }
}

/** Minutes since midnight as HH:MM. */
export const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
