import { clock } from './offset'

/** A time of day as people type it (9, 930, 9:30, 09：30) as HH:MM; undefined when it is none. */
export function clockOf(text: string): string | undefined {
  const match = /^(\d{1,2})(?:[:：.]?(\d{2}))?$/.exec(text.trim())
  if (!match) return undefined
  const [hour, minute] = [Number(match[1]), Number(match[2] ?? 0)]
  return hour < 24 && minute < 60 ? clock(hour * 60 + minute) : undefined
}
