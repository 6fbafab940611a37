// The days of a year as a picture: months of weeks that begin on Monday.

export type DayKind = 'off' | 'work'

export interface SpecialDay {
  day: string
  kind: DayKind
  name: string
  own: boolean
}

export interface Day {
  /** YYYY-MM-DD */
  day: string
  date: number
  weekend: boolean
  special?: SpecialDay
}

export interface Month {
  month: number
  /** Weeks of seven places; those outside of the month are empty. */
  weeks: (Day | undefined)[][]
}

const two = (n: number) => String(n).padStart(2, '0')

/** Whether people work on the day: what is announced or set, else Monday to Friday. */
export const works = (d: Day): boolean => (d.special ? d.special.kind === 'work' : !d.weekend)

/** The twelve months of a year. */
export function monthsOf(year: number, special: SpecialDay[]): Month[] {
  const byDay = new Map(special.map((s) => [s.day, s]))
  return Array.from({ length: 12 }, (_, month) => {
    const before = (new Date(Date.UTC(year, month, 1)).getUTCDay() + 6) % 7
    const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
    const weeks: (Day | undefined)[][] = []
    for (let place = 0; place < before + length; place += 7) {
      weeks.push(
        Array.from({ length: 7 }, (_, i) => {
          const date = place + i - before + 1
          if (date < 1 || date > length) return undefined
          const day = `${year}-${two(month + 1)}-${two(date)}`
          return { day, date, weekend: i > 4, special: byDay.get(day) }
        }),
      )
    }
    return { month: month + 1, weeks }
  })
}

/** How many days of the months are worked, and how many are set by the company. */
export function countDays(months: Month[]): { worked: number; off: number; own: number } {
  const days = months.flatMap((m) => m.weeks.flat()).filter((d) => d !== undefined)
  const worked = days.filter(works).length
  return { worked, off: days.length - worked, own: days.filter((d) => d.special?.own).length }
}

/** The day that lies so many days away, within the same year. */
export function stepDay(day: string, by: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + by)
  const moved = at.toISOString().slice(0, 10)
  return moved.slice(0, 4) === day.slice(0, 4) ? moved : day
}
