import type { FilterNode, FilterValue } from '../../filter'
import type { Who } from '../../programmes/enrol'
import type { ContactSearch } from './search'

/** Rows that are chosen, and the one from which a range begins. */
export interface Chosen {
  ids: readonly number[]
  from?: number
}

export const nobody: Chosen = { ids: [] }

/** Chooses a row or lets it go; with the shift key, all up to the last one that was touched. */
export function chosenAfter(chosen: Chosen, order: readonly number[], id: number, on: boolean, range: boolean): Chosen {
  const a = range && chosen.from !== undefined ? order.indexOf(chosen.from) : -1
  const b = order.indexOf(id)
  const meant = a < 0 || b < 0 ? [id] : order.slice(Math.min(a, b), Math.max(a, b) + 1)
  const rest = chosen.ids.filter((x) => !meant.includes(x))
  return { ids: on ? [...rest, ...meant] : rest, from: id }
}

/**
 * Everybody whom the filters of the list leave, as the API lets them in;
 * undefined where the filters cannot be said like that, or leave everybody.
 */
export function everybodyOf(s: ContactSearch): Who | undefined {
  const { audience, rep, tag, account, stage, grade, min_score, state, q, silent, source, added_days } = s
  if ([q, silent, source, added_days].some((x) => x !== undefined) || (state !== undefined && state !== 'active')) return undefined
  const of: FilterNode[] = [
    ...(rep === undefined ? [] : [{ f: 'owner', is: 'in', v: [rep] }]),
    ...(tag === undefined ? [] : [{ f: 'tag', is: 'any', v: [tag] }]),
    ...(account === undefined ? [] : [{ f: 'account', is: 'in', v: [account] }]),
    ...(stage === undefined ? [] : [{ f: 'stage', is: 'in', v: [stage] }]),
    ...(grade === undefined ? [] : [{ f: 'grade', is: 'in', v: [grade] }]),
    ...(min_score === undefined ? [] : [{ f: 'score', is: 'at_least', v: min_score }]),
  ]
  if (audience !== undefined) return of.length === 0 ? { source: 'audience', id: audience } : undefined
  return of.length === 0 ? undefined : { source: 'filter', filter: { v: 1, op: 'and', of } satisfies FilterValue }
}
