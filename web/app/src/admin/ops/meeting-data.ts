import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, must, type Schema } from '../../shared/api'
import { useMay } from '../may'
import { among, whole } from './search'

export type Meeting = Schema<'MeetingRow'>
export type Owner = Schema<'OwnerSum'>

/** How far back the meeting counts touches; 0 is ever. */
export const spans = [7, 30, 90, 0] as const

// What the sums count: accounts that nothing has reached, and full rings.
const parts = ['untouched', 'full'] as const

export interface MeetingSearch {
  /** 0 is nobody. */
  owner?: number
  list?: number
  days: (typeof spans)[number]
  only?: (typeof parts)[number]
  /** Which account is on the screen; undefined: the overview. */
  at?: number
}

export function meetingSearch(search: Record<string, unknown>): MeetingSearch {
  return {
    owner: whole(search.owner),
    list: whole(search.list),
    days: spanOf(search.days),
    only: among(search.only, parts),
    at: whole(search.at),
  }
}

const spanOf = (value: unknown): (typeof spans)[number] => spans.find((s) => String(s) === String(value)) ?? 90

const queryOf = (s: MeetingSearch) => ({ owner_id: s.owner || undefined, list_id: s.list || undefined, days: s.days || undefined })

/** The accounts of the meeting, those that nothing reached first, page by page. */
export const useMeeting = (s: MeetingSearch) =>
  useInfiniteQuery({
    queryKey: ['meeting', s.owner, s.list, s.days, s.only],
    queryFn: ({ pageParam }) => {
      const query = { ...queryOf(s), unowned: s.owner === 0 ? ('true' as const) : undefined, only: s.only, limit: 50, cursor: pageParam }
      return must(api.GET('/meeting', { params: { query } }))
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor || undefined,
    staleTime: 60_000,
  })

/** The meeting summed up by owner. */
export function useOwners(s: MeetingSearch) {
  const may = useMay()
  return useQuery({
    queryKey: ['meeting', 'owners', s.list, s.days],
    queryFn: () => must(api.GET('/meeting/owners', { params: { query: queryOf({ ...s, owner: undefined }) } })),
    staleTime: 60_000,
    enabled: may('meetingOwners'),
  })
}
