import type { Schema } from '../../shared/api'

export type Leg = Schema<'Leg'>

export interface PastAnswer {
  from: string
  until: string
  progress: number
  activities: number
  entered: number
  load: { day: string; rep_id: number; rep_name: string; touches: number; skipped: number }[]
  next: Leg | null
}

/** What the draft would have asked of whom, added up over the answers so far. */
export interface Past {
  from: string
  until: string
  progress: number
  entered: number
  touches: number
  skipped: number
  days: Map<string, number>
  reps: Map<number, { name: string; touches: number; busiest: number }>
}

export const noPast = (): Past => ({
  from: '',
  until: '',
  progress: 0,
  entered: 0,
  touches: 0,
  skipped: 0,
  days: new Map(),
  reps: new Map(),
})

/** With another answer; one rep's day comes in several of them. */
export function addPast(past: Past, answer: PastAnswer, daily: Map<string, number>): Past {
  const out: Past = {
    ...past,
    from: past.from || answer.from,
    until: answer.until,
    progress: answer.progress,
    entered: past.entered + answer.entered,
    days: new Map(past.days),
    reps: new Map(past.reps),
  }
  for (const l of answer.load) {
    out.touches += l.touches
    out.skipped += l.skipped
    out.days.set(l.day, (out.days.get(l.day) ?? 0) + l.touches)
    const key = `${l.rep_id} ${l.day}`
    const today = (daily.get(key) ?? 0) + l.touches
    daily.set(key, today)
    const rep = out.reps.get(l.rep_id) ?? { name: l.rep_name, touches: 0, busiest: 0 }
    out.reps.set(l.rep_id, { ...rep, touches: rep.touches + l.touches, busiest: Math.max(rep.busiest, today) })
  }
  return out
}
