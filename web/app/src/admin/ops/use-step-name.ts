import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../shared/api'

/** What a programme calls a step; its key while that is not known, and for a step that is gone. */
export function useStepName(sop: number | undefined, key: string | undefined): string {
  const { data } = useQuery({
    queryKey: ['sop', sop],
    queryFn: () => must(api.GET('/sops/{id}', { params: { path: { id: sop ?? 0 } } })),
    enabled: sop !== undefined && key !== undefined,
  })
  return data?.definition?.steps?.find((s) => s.key === key)?.name || (key ?? '')
}
