// Days of the audit log's filter, as instants of the business zone, which has no
// summer time.
const zone = '+08:00'
const dayPattern = /^\d{4}-\d{2}-\d{2}$/

const isDay = (day: string | undefined): day is string =>
  day !== undefined && dayPattern.test(day) && !Number.isNaN(Date.parse(`${day}T00:00:00Z`))

/** The instant at which a day begins; undefined for what is no day. */
export function dayStart(day: string | undefined): string | undefined {
  return isDay(day) ? `${day}T00:00:00${zone}` : undefined
}

/** The instant at which a day has ended: the beginning of the next. */
export function dayEnd(day: string | undefined): string | undefined {
  if (!isDay(day)) return undefined
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 24 * 60 * 60 * 1000)
  return dayStart(next.toISOString().slice(0, 10))
}
