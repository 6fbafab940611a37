import type { Schema } from '../../shared/api'
import type { Definition } from './model'

export type Hours = Schema<'SendHours'>
type Own = Definition['window']

/** What the server takes where only one end is named, and what a company begins with. */
export const firstHours: Hours = { from: '09:00', to: '20:30', workdays: false }

/** The hours that hold for a programme: its own, or the company's. */
export function hoursOf(own: Own, corp: Hours): Hours & { own: boolean } {
  if (!own?.from && !own?.to) return { ...corp, workdays: corp.workdays || (own?.workdays ?? false), own: false }
  return { from: own.from || firstHours.from, to: own.to || firstHours.to, workdays: own.workdays ?? false, own: true }
}

/** A programme's own hours after a change; the same as the company's are none of its own. */
export function withHours(own: Own, corp: Hours, change: Partial<Hours>): Own {
  const { own: _, ...now } = hoursOf(own, corp)
  const next = { ...now, ...change }
  const [from, to] = [next.from || corp.from, next.to || corp.to]
  if (from === corp.from && to === corp.to && next.workdays === corp.workdays) return undefined
  return next.workdays ? { from, to, workdays: true } : { from, to }
}

const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))

/** Whether they begin before they end, on one day. */
export const inOrder = ({ from, to }: Hours): boolean => minutes(from) < minutes(to)

/** Where on a day's band they lie, in percent of it. */
export function bandOf(hours: Hours): { left: number; width: number } {
  const left = minutes(hours.from) / 14.4
  return { left, width: inOrder(hours) ? minutes(hours.to) / 14.4 - left : 0 }
}
