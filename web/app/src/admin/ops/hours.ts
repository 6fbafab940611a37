import type { Fates } from './fate'
import { sumOf } from './fate'

export interface HourOf {
  hour: number
  fates: Fates
  ahead: number
}

/** The hours that a picture of the day shows: the working day, and whatever has something besides. */
export function shownHours<H extends HourOf>(hours: readonly H[], now: number): H[] {
  const busy = hours.filter((h) => sumOf(h.fates) + h.ahead > 0).map((h) => h.hour)
  const first = Math.min(8, now, ...busy)
  const last = Math.max(20, now, ...busy)
  return hours.filter((h) => h.hour >= first && h.hour <= last)
}

/** The tallest column, at least 1. */
export const tallest = (hours: readonly HourOf[]): number => Math.max(1, ...hours.map((h) => sumOf(h.fates) + h.ahead))

/** The next hour in which somebody's step comes, from an hour on. */
export const nextBusy = (hours: readonly HourOf[], from: number): HourOf | undefined => hours.find((h) => h.hour >= from && h.ahead > 0)

/** The hour and the share of it that has passed, by the corp's clock. */
export function clockOf(iso: string, zone: string): { hour: number; part: number } {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(
    new Date(iso),
  )
  const number = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0)
  return { hour: number('hour'), part: number('minute') / 60 }
}
