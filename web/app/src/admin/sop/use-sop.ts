import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, must, type Schema } from '../../shared/api'
import { Calendar, dayOfInstant } from './calendar'

export type SOP = Schema<'SOPDetail'>

export const sopKey = (id: number) => ['sop', id] as const

/** A programme with its draft. */
export function useSOP(id: number) {
  return useQuery({ queryKey: sopKey(id), queryFn: () => must(api.GET('/sops/{id}', { params: { path: { id } } })) })
}

/** What is wrong with the draft, and what its author should know; of that revision. */
export function useReview(id: number, revision: string) {
  return useQuery({
    queryKey: ['sop-review', id, revision],
    queryFn: () => must(api.GET('/sops/{id}/review', { params: { path: { id } } })),
    placeholderData: keepPreviousData,
  })
}

export type Review = NonNullable<ReturnType<typeof useReview>['data']>

/** What the draft would ask of whom; only of a draft without faults. */
export function useForecast(id: number, revision: string, days: number, enabled: boolean) {
  return useQuery({
    queryKey: ['sop-forecast', id, revision, days],
    queryFn: () => must(api.GET('/forecast', { params: { query: { sop: id, draft: true, days } } })),
    placeholderData: keepPreviousData,
    enabled,
    staleTime: 30_000,
  })
}

/** The calendar from that instant on, for this year and the next. */
export function useCalendar(now: string | undefined) {
  const today = now ? dayOfInstant(now) : undefined
  return useQuery({
    queryKey: ['calendar', 'from', today],
    enabled: today !== undefined,
    staleTime: 600_000,
    queryFn: async () => {
      const year = Number(today?.slice(0, 4))
      const [these, next] = await Promise.all([year, year + 1].map((y) => must(api.GET('/calendar', { params: { query: { year: y } } }))))
      return new Calendar(today ?? '', [...(these?.days ?? []), ...(next?.days ?? [])])
    },
  })
}
