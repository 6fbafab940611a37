// Days as YYYY-MM-DD and the corp's calendar of days off. Days are the business
// zone's; the sums are done in UTC so that no zone gets in between.

export type Day = string

const dayMillis = 86_400_000
const zoneOffset = 8 * 3_600_000 // Asia/Shanghai has no summer time

/** The business zone's day of an instant. */
export const dayOfInstant = (iso: string): Day => new Date(new Date(iso).getTime() + zoneOffset).toISOString().slice(0, 10)

/** The business zone's minute of the day of an instant. */
export function minuteOfInstant(iso: string): number {
  const local = new Date(new Date(iso).getTime() + zoneOffset)
  return local.getUTCHours() * 60 + local.getUTCMinutes()
}

/** The instant at which a day begins. */
export const startOf = (day: Day): string => `${day}T00:00:00+08:00`

export const addDays = (day: Day, n: number): Day => new Date(Date.parse(day) + n * dayMillis).toISOString().slice(0, 10)

export const daysBetween = (from: Day, to: Day): number => Math.round((Date.parse(to) - Date.parse(from)) / dayMillis)

/** The same day of a later month, or the last of a shorter one. */
export function addMonths(day: Day, n: number): Day {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year, month - 1 + n + 1, 0))
  last.setUTCDate(Math.min(date, last.getUTCDate()))
  return last.toISOString().slice(0, 10)
}

/** A day that is not as its weekday. */
export interface SpecialDay {
  day: Day
  kind: 'off' | 'work'
  name: string
}

export class Calendar {
  private readonly special: Map<Day, SpecialDay>

  constructor(
    readonly today: Day,
    special: readonly SpecialDay[],
  ) {
    this.special = new Map(special.map((s) => [s.day, s]))
  }

  working(day: Day): boolean {
    const special = this.special.get(day)
    if (special) return special.kind === 'work'
    const weekday = new Date(day).getUTCDay()
    return weekday !== 0 && weekday !== 6
  }

  /** The name of a holiday or of a worked weekend day; empty for others. */
  nameOf(day: Day): string {
    return this.special.get(day)?.name ?? ''
  }

  /** The n-th working day after that day; before it, if n is negative. */
  workdaysAfter(day: Day, n: number): Day {
    const step = n < 0 ? -1 : 1
    let at = day
    for (let left = Math.abs(n); left > 0; ) {
      at = addDays(at, step)
      if (this.working(at)) left--
    }
    return at
  }

  /** How many working days lie between, the last one included. */
  workdaysUntil(day: Day, to: Day): number {
    const step = to < day ? -1 : 1
    let n = 0
    for (let at = day; at !== to; ) {
      at = addDays(at, step)
      if (this.working(at)) n += step
    }
    return n
  }
}
