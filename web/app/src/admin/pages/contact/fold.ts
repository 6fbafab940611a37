import type { Schema } from '../../../shared/api'

export type Happening = Schema<'Happening'>

/** A line of the timeline, or several small ones folded into one. */
export type Line = { kind: 'one'; of: Happening } | { kind: 'many'; of: Happening[] }

/** What matters little by itself: what was skipped or put off, and scores that moved by a few points. */
export function small(h: Happening): boolean {
  if (h.touch) return ['skipped', 'cancelled'].includes(h.touch.state)
  if (h.activity?.kind === 'score_changed') return Math.abs(h.activity.score - h.activity.score_before) < 10
  return ['tag_added', 'tag_removed', 'profile_changed', 'date_set', 'lead_routed'].includes(h.activity?.kind ?? '')
}

/** Folds what matters little and follows upon each other; a single one stays. */
export function fold(all: Happening[]): Line[] {
  const lines: Line[] = []
  for (const h of all) {
    const last = lines.at(-1)
    if (!small(h)) lines.push({ kind: 'one', of: h })
    else if (last?.kind === 'many') last.of.push(h)
    else if (last && small(last.of)) lines[lines.length - 1] = { kind: 'many', of: [last.of, h] }
    else lines.push({ kind: 'one', of: h })
  }
  return lines
}

/** What a line is marked with: whose doing it was. */
export function sideOf(h: Happening): 'marketing' | 'sales' | 'theirs' | 'stage' | 'other' {
  if (h.touch) return h.touch.channel === 'rep_prompt' ? 'sales' : 'marketing'
  if (h.stage) return 'stage'
  return h.activity?.by_contact ? 'theirs' : 'other'
}
