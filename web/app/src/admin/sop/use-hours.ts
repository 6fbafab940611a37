import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../shared/api'

export const hoursKey = ['send-hours'] as const

/** When programmes send that name no hours of their own. */
export const useSendHours = () => useQuery({ queryKey: hoursKey, queryFn: () => must(api.GET('/settings/send-hours')), staleTime: 60_000 })
