import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../shared/api'
import { t, word } from '../../shared/i18n'
import { useChoices, wholeList } from '../filter/names'
import { type Trigger, triggerWords } from './trigger-words'

/** Saved audiences by id and name. */
export function useAudiences() {
  return useQuery({
    queryKey: ['choices', 'audience'],
    queryFn: () => wholeList((query) => must(api.GET('/audiences', { params: { query } }))),
    staleTime: 60_000,
  })
}

/** Says triggers, with names for the tags and audiences that they name. */
export function useTriggerWords(): (trigger: Trigger) => string {
  const tags = useChoices('tag')
  const audiences = useAudiences()
  return (trigger) =>
    triggerWords(trigger, t, {
      tag: (id) => tags.data?.find((c) => c.value === id)?.label ?? `#${id}`,
      audience: (id) => audiences.data?.find((a) => a.id === id)?.name ?? `#${id}`,
      stage: (key) => word('filter.word.stage', key),
    })
}
