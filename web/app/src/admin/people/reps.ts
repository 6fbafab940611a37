import { useQuery } from '@tanstack/react-query'
import { api, must, type Schema } from '../../shared/api'
import type { Slice } from '../rows'

export type Rep = Schema<'Rep'>

async function allReps(): Promise<Rep[]> {
  const out: Rep[] = []
  let cursor: string | undefined
  do {
    const page: Slice<Rep> = await must(api.GET('/reps', { params: { query: { limit: 200, cursor } } }))
    out.push(...page.items)
    cursor = page.next_cursor || undefined
  } while (cursor)
  return out
}

/** Everybody of ours whom one may see, for choices and for names. */
export const useReps = () => useQuery({ queryKey: ['reps'], queryFn: allReps, staleTime: 300_000 })
