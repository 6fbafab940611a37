import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../shared/api'
import { useMay } from '../may'

/** The latest programmes, for choices and for names. */
export function useSops() {
  const may = useMay()
  return useQuery({
    queryKey: ['sops', 'choice'],
    queryFn: async () => (await must(api.GET('/sops', { params: { query: { limit: 200 } } }))).items,
    staleTime: 60_000,
    enabled: may('listSOPs'),
  })
}

/** One programme's name and state. */
export const useSop = (id: number) =>
  useQuery({ queryKey: ['sop', id], queryFn: () => must(api.GET('/sops/{id}', { params: { path: { id } } })), staleTime: 10_000 })
