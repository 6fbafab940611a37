import { useQuery } from '@tanstack/react-query'
import { api, must, type Schema } from '../../shared/api'

export type Day = Schema<'Today'>

/** How the day stands; asked for again every few seconds, which costs nobody anything while nothing happens. */
export const useDay = () =>
  useQuery({ queryKey: ['today'], queryFn: () => must(api.GET('/today')), refetchInterval: 5_000, refetchIntervalInBackground: false })

/** Contacts whom nobody looks after. */
export const useLeaks = () =>
  useQuery({ queryKey: ['figures', 'leaks'], queryFn: () => must(api.GET('/figures/leaks')), refetchInterval: 60_000 })

export const useTagBudget = () =>
  useQuery({ queryKey: ['cohorts', 'budget'], queryFn: () => must(api.GET('/cohorts/budget')), refetchInterval: 60_000 })

export const useInboxLag = () =>
  useQuery({ queryKey: ['inbox', 'lag'], queryFn: () => must(api.GET('/inbox/lag')), refetchInterval: 10_000 })

/** Whether everything is stopped. */
export const useStop = () => useQuery({ queryKey: ['stop'], queryFn: () => must(api.GET('/stop')), refetchInterval: 10_000 })

export type Backlog = Day['backlog'][number]

/** The count of a state of what is on its way. */
export const backlogOf = (day: Day, state: Backlog['state']): Backlog =>
  day.backlog.find((b) => b.state === state) ?? { state, count: 0, more: false, oldest_at: null }
