import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { useReps } from '../../people/reps'
import type { Slice } from '../../rows'
import type { Scope, Welcome } from './welcome-rules'

async function allWelcomes(): Promise<Welcome[]> {
  const out: Welcome[] = []
  let cursor: string | undefined
  do {
    const page: Slice<Welcome> = await must(api.GET('/welcomes', { params: { query: { limit: 200, cursor } } }))
    out.push(...page.items)
    cursor = page.next_cursor || undefined
  } while (cursor)
  return out
}

/** Every welcome: there is one for everybody, and few for channels and reps. */
export const useWelcomes = () => useQuery({ queryKey: ['welcomes'], queryFn: allWelcomes })

const useSources = () => useQuery({ queryKey: ['sources'], queryFn: () => must(api.GET('/sources')), staleTime: 60_000 })

export interface Choice {
  value: string
  label: string
}

/** Whom a welcome can be for: reps by userid, channels by their state. */
export function useWelcomeTargets(scope: 'rep' | 'state') {
  const reps = useReps()
  const sources = useSources()
  const choices: Record<'rep' | 'state', Choice[] | undefined> = {
    rep: reps.data?.filter((r) => !r.left_at).map((r) => ({ value: r.userid, label: `${r.name} · ${r.userid}` })),
    state: sources.data?.items.flatMap((s) => s.channel_states.map((value) => ({ value, label: `${value} · ${s.name}` }))),
  }
  const { error, isPending, isFetching, refetch } = scope === 'rep' ? reps : sources
  return { data: choices[scope], error, isPending, isFetching, refetch }
}

/** Whom a welcome is for, by name. */
export function useWelcomeName(): (scope: Scope, key: string) => string {
  const reps = useReps()
  const sources = useSources()
  return (scope, key) => {
    if (scope === 'default') return t('ui.welcome.scope.default')
    if (scope === 'rep') return reps.data?.find((r) => r.userid.toLowerCase() === key.toLowerCase())?.name ?? key
    const source = sources.data?.items.find((s) => s.channel_states.includes(key))
    return source ? `${source.name} · ${key}` : key
  }
}
