/** The corp's zone has had no summer time since 1991. */
const offset = 8 * 3_600_000
const day = 86_400_000

/** Which day it is in the corp's zone, counted from 1970. */
export const dayNumber = (at: Date): number => Math.floor((at.getTime() + offset) / day)

/** An hour of a day in the corp's zone. */
export const instantOn = (dayNo: number, hour: number): Date => new Date(dayNo * day - offset + hour * 3_600_000)

export interface Due {
  when: 'late' | 'soon' | 'today' | 'tomorrow' | 'later'
  minutes: number // until then; since then when late
}

/** How an end stands to now. */
export function dueOf(iso: string, now: Date): Due {
  const at = new Date(iso)
  const minutes = Math.round((at.getTime() - now.getTime()) / 60_000)
  if (minutes <= 0) return { when: 'late', minutes: -minutes }
  if (minutes < 60) return { when: 'soon', minutes }
  // What ends at midnight ends with the day before.
  const days = dayNumber(new Date(at.getTime() - 1)) - dayNumber(now)
  return { when: days === 0 ? 'today' : days === 1 ? 'tomorrow' : 'later', minutes }
}

/** Whether an end is the end of its day. */
export const endsTheDay = (iso: string): boolean => (new Date(iso).getTime() + offset) % day === 0

export type Snooze = 'hour' | 'afternoon' | 'tomorrow' | 'monday'

/** When something can come back: in an hour, this afternoon, tomorrow and next Monday at nine. */
export function snoozes(now: Date): { key: Snooze; at: Date }[] {
  const today = dayNumber(now)
  const weekday = (today + 3) % 7 // 0 is Monday: 1970 began on a Thursday
  const monday = today + 7 - weekday
  const list: { key: Snooze; at: Date }[] = [{ key: 'hour', at: new Date(now.getTime() + 3_600_000) }]
  const afternoon = instantOn(today, 15)
  if (afternoon.getTime() - now.getTime() > 3_600_000) list.push({ key: 'afternoon', at: afternoon })
  list.push({ key: 'tomorrow', at: instantOn(today + 1, 9) })
  if (monday > today + 1) list.push({ key: 'monday', at: instantOn(monday, 9) })
  return list
}
