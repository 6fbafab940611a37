import type { Schema } from '../../../../shared/api'

export type Rules = Schema<'ScoreRules'>
export type EventRule = Rules['events'][number]
export type Version = Schema<'ScoreRulesVersion'>

/** What an editor of a part is given. */
export interface PartProps {
  rules: Rules
  set: (part: Partial<Rules>) => void
  /** What is published can only be read. */
  fixed: boolean
}

/** The three weights in whole percent; the last takes what rounding leaves. */
export function percents({ weights: w }: Rules): { fit: number; engagement: number; intent: number } {
  const fit = Math.round(w.fit * 100)
  const engagement = Math.round(w.engagement * 100)
  return { fit, engagement, intent: 100 - fit - engagement }
}

/**
 * The weights when one of them becomes so many percent: the two others share
 * what is left in the proportion that they had.
 */
export function withWeight(rules: Rules, part: keyof Rules['weights'], percent: number): Rules['weights'] {
  const before = percents(rules)
  const [a, b] = (['fit', 'engagement', 'intent'] as const).filter((p) => p !== part) as [keyof typeof before, keyof typeof before]
  const rest = 100 - percent
  const both = before[a] + before[b]
  const first = both === 0 ? Math.round(rest / 2) : Math.round((rest * before[a]) / both)
  return { ...rules.weights, [part]: percent / 100, [a]: first / 100, [b]: (rest - first) / 100 }
}

/** A word for a new rule that no other has. */
export function freeKey(events: EventRule[]): string {
  let n = events.length + 1
  while (events.some((e) => e.key === `rule_${n}`)) n++
  return `rule_${n}`
}

/** The list with the item at `from` moved by `by` places, or as it was at an end. */
export function moved<T>(list: T[], from: number, by: number): T[] {
  const to = from + by
  const item = list[from]
  if (item === undefined || to < 0 || to >= list.length) return list
  return list.toSpliced(from, 1).toSpliced(to, 0, item)
}

/** How much is left of points after so many days. */
export const left = (days: number, halfLife: number): number => 0.5 ** (days / halfLife)

export interface Backtest {
  contacts: number
  grade_changes: number
  grades: Record<string, number>
  become_mql: number
  cease_mql: number
  live: Judged
  draft: Judged
}

export interface Judged {
  mql: number
  right: number
  wrong: number
  good: number
  precision: number | null
  recall: number | null
}

/** Who is an MQL by both rules, by the live ones only, by the draft only. */
export function split(b: Backtest): { both: number; leave: number; enter: number } {
  return { both: b.live.mql - b.cease_mql, leave: b.cease_mql, enter: b.become_mql }
}

/** Who would change the grade, the most first. */
export const gradeChanges = (b: Backtest): [string, number][] =>
  Object.entries(b.grades)
    .filter(([change]) => {
      const [from, to] = change.split('→')
      return from !== to
    })
    .toSorted((x, y) => y[1] - x[1])
