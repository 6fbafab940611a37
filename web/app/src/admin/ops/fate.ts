import type { Schema } from '../../shared/api'

export type Fate = Schema<'Fate'>
export type Fates = Partial<Record<Fate, number>>

/** What becomes of what is due, the good end first: the order of every bar. */
export const fates: readonly Fate[] = ['sent', 'waiting', 'deferred', 'skipped', 'failed', 'expired', 'exited']

/** The fates of what did not go out and will not. */
export const lostFates: readonly Fate[] = ['skipped', 'failed', 'expired', 'exited']

export const sumOf = (of: Fates): number => fates.reduce((sum, f) => sum + (of[f] ?? 0), 0)

export interface Part {
  fate: Fate
  count: number
  /** Share of the whole, 0 to 1. */
  share: number
}

/** The parts of a bar, those that are nothing left out. */
export function partsOf(of: Fates): Part[] {
  const sum = sumOf(of)
  return fates.flatMap((fate) => {
    const count = of[fate] ?? 0
    return count > 0 ? [{ fate, count, share: count / sum }] : []
  })
}

/** The fate that a touch has by its state, as the server counts it. */
export function fateOf(touch: { state: string; not_before: string; planned_at: string }): Fate {
  switch (touch.state) {
    case 'delivered':
    case 'done':
      return 'sent'
    case 'planned':
      return Date.parse(touch.not_before) > Date.parse(touch.planned_at) ? 'deferred' : 'waiting'
    case 'cancelled':
      return 'exited'
    case 'skipped':
    case 'failed':
    case 'expired':
      return touch.state
  }
  return 'waiting'
}
