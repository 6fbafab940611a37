import { QueryClient } from '@tanstack/react-query'
import { ApiError } from './api'

// What was asked for is asked again only when that can help: the server was
// away, or overloaded.
function worthRepeating(failures: number, error: unknown): boolean {
  const status = error instanceof ApiError ? error.problem.status : 0
  return failures < 2 && (status === 0 || status === 503)
}

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: worthRepeating, staleTime: 5_000, refetchOnWindowFocus: true } },
})
