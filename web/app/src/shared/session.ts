import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, must } from './api'
import type { paths } from './api.gen'

export type Session = paths['/session']['get']['responses']['200']['content']['application/json']

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: (): Promise<Session> => must(api.GET('/session')),
  staleTime: 60_000,
})

/** Who is signed in, as the server sees them. */
export const useSession = () => useQuery(sessionQuery)
