import { useQuery } from '@tanstack/react-query'
import { api, must } from './api'
import { lang, word } from './i18n'

/** The rungs that a contact climbs, in their order. */
export const rungs = ['mal', 'mil', 'mql', 'sal', 'sql', 'opportunity', 'won', 'renewal'] as const

/** How high a stage stands on the ladder, from 1; 0 for who is on none, or lost. */
export const rungOf = (stage: string): number => rungs.indexOf(stage as (typeof rungs)[number]) + 1

/** The ladder as the company has named it. */
export const useStages = () => useQuery({ queryKey: ['stages'], queryFn: () => must(api.GET('/stages')), staleTime: 300_000 })

/** The company's word for a stage of the ladder or of a deal. */
export function useStageWord(): (stage: string) => string {
  const { data } = useStages()
  return (stage) => {
    const found = data && [...data.ladder, ...data.opportunity].find((s) => s.key === stage)
    return (found && (lang === 'zh' ? found.label_zh : found.label_en)) || word('filter.word.stage', stage)
  }
}
