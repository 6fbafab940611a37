import type { Schema } from '../../../shared/api'

export type Import = Schema<'TableImport'>
export type Kind = Schema<'ImportKind'>

export const kinds: Kind[] = ['accounts', 'contacts', 'opportunities']

/** Whether something is being done by itself, so that one looks again soon. */
export const busy = (state: Import['state']): boolean => state === 'loading' || state === 'checking' || state === 'running'

/** How many percent of the rows this pass has looked at. */
export const percent = ({ rows, done }: Import): number => (rows === 0 ? 0 : Math.min(100, Math.floor((100 * done) / rows)))

/** Which of the four steps an import stands at. */
export function stepOf(state: Import['state']): number {
  if (state === 'loading' || state === 'draft') return 0
  if (state === 'checking' || state === 'checked') return 1
  return state === 'running' ? 2 : 3
}

export const outcomes = ['new', 'updated', 'unchanged', 'duplicate', 'pending', 'faulty'] as const
export type Outcome = (typeof outcomes)[number]

/** What happened or would happen to the rows, where anything did. */
export const tallies = (counts: Import['counts']): { key: Outcome; n: number }[] =>
  outcomes.map((key) => ({ key, n: counts[key] })).filter(({ n }) => n > 0)

/** The mapping with the column meaning the field; whatever meant it before means nothing. */
export const remap = (mapping: string[], column: number, field: string): string[] =>
  mapping.map((f, i) => (i === column ? field : field !== '' && f === field ? '' : f))
