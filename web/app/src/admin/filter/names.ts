// What ids stand for, for the selects of the filter builder. Libraries of
// thousands of tags are fetched once and kept for minutes.

import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../shared/api'
import type { Refers } from './fields'

export interface Choice {
  value: number
  label: string
  group?: string
}

interface Paged<T> {
  items: T[]
  next_cursor?: string
}

// No library is followed beyond this many pages of 200.
const maxPages = 50

/** Every page of a list. */
export async function wholeList<T>(page: (query: { limit: number; cursor?: string }) => Promise<Paged<T>>): Promise<T[]> {
  const out: T[] = []
  let cursor: string | undefined
  for (let n = 0; n < maxPages; n++) {
    const got = await page({ limit: 200, ...(cursor ? { cursor } : {}) })
    out.push(...got.items)
    cursor = got.next_cursor
    if (!cursor) break
  }
  return out
}

const choice = (group?: (row: { group: string }) => string) => (row: { id: number; name: string; group?: string }) => ({
  value: row.id,
  label: row.name,
  ...(group && row.group !== undefined ? { group: row.group } : {}),
})

async function choicesOf(of: Refers): Promise<Choice[]> {
  switch (of) {
    case 'tag':
      return (await wholeList((query) => must(api.GET('/tags', { params: { query } })))).map(choice((row) => row.group))
    case 'rep':
      return (await wholeList((query) => must(api.GET('/reps', { params: { query } })))).map(choice())
    case 'department':
      return (await wholeList((query) => must(api.GET('/departments', { params: { query } })))).map(choice())
    case 'sop':
      return (await wholeList((query) => must(api.GET('/sops', { params: { query } })))).map(choice())
    case 'list':
      return (await wholeList((query) => must(api.GET('/target-lists', { params: { query } })))).map(choice())
    case 'account':
      return []
  }
}

const minutes = 60_000

/** Everything that ids of this kind may be; accounts are searched for instead. */
export function useChoices(of: Refers) {
  return useQuery({ queryKey: ['choices', of], queryFn: () => choicesOf(of), staleTime: 5 * minutes, enabled: of !== 'account' })
}

/** The companies whose name has this part. */
export function useAccountSearch(q: string) {
  return useQuery({
    queryKey: ['choices', 'account', q],
    queryFn: async (): Promise<Choice[]> => {
      const page = await must(api.GET('/accounts', { params: { query: { ...(q ? { q } : {}), limit: 30 } } }))
      return page.items.map(choice())
    },
    staleTime: minutes,
  })
}

async function accountChoice(id: number): Promise<Choice> {
  const { account } = await must(api.GET('/accounts/{id}', { params: { path: { id } } }))
  return { value: id, label: account.name }
}

/** The companies with these ids, for what is chosen already. */
export function useAccountNames(ids: readonly number[]) {
  return useQuery({
    queryKey: ['choices', 'account-names', ids],
    queryFn: () => Promise.all(ids.slice(0, 20).map(accountChoice)),
    staleTime: 5 * minutes,
    enabled: ids.length > 0,
  })
}

/** Sources of leads by key. */
export function useSources() {
  return useQuery({
    queryKey: ['choices', 'source'],
    queryFn: async () => (await must(api.GET('/sources'))).items.map((s) => ({ value: s.code, label: s.name })),
    staleTime: 5 * minutes,
  })
}

export interface Field {
  name: string
  label: string
  operators: string[]
}

/** What the server can be asked about contacts. */
export function useFields() {
  return useQuery({
    queryKey: ['filter-fields'],
    queryFn: async (): Promise<Field[]> => (await must(api.GET('/audiences/fields'))).items,
    staleTime: Number.POSITIVE_INFINITY,
  })
}
