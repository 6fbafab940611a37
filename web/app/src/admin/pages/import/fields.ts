import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../../shared/api'
import type { Kind } from './progress'

/** What the columns of such a file may mean. */
export const useImportFields = (kind: Kind) =>
  useQuery({
    queryKey: ['import-fields', kind],
    queryFn: () => must(api.GET('/imports/fields', { params: { query: { kind } } })),
    staleTime: Number.POSITIVE_INFINITY,
  })
