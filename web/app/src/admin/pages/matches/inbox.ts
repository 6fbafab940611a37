import type { Schema } from '../../../shared/api'

export type Suggestion = Schema<'MatchDecision'>

/** What was decided here, so that it can be taken back. */
export interface Decided {
  id: number
  name: string
  account: string
  accepted: boolean
}

/** The effect that accepting has: who is at another company has been there by mistake, unless they have moved. */
export const effectOf = (s: Suggestion): 'correct' | undefined =>
  s.present_account_id !== null && s.present_account_id !== s.account_id ? 'correct' : undefined

/** The place after a key: j goes on, k back, within the list. */
export function place(at: number, key: string, length: number): number {
  if (key === 'j' || key === 'ArrowDown') return Math.min(at + 1, Math.max(0, length - 1))
  if (key === 'k' || key === 'ArrowUp') return Math.max(at - 1, 0)
  return at
}

/** Whether a key is meant for the list: not while one writes, chooses or holds another key. */
export function forList(e: { target: EventTarget | null; ctrlKey: boolean; metaKey: boolean; altKey: boolean }): boolean {
  if (e.ctrlKey || e.metaKey || e.altKey) return false
  const tag = (e.target as { tagName?: string } | null)?.tagName ?? ''
  return !['INPUT', 'TEXTAREA', 'SELECT'].includes(tag)
}
