import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../shared/api'
import { t } from '../../shared/i18n'
import { type FilterValue, wire } from './ast'
import { countFaults } from './faults'

/** A filter in words, with names for ids. */
export function FilterSentence({ value }: { value: FilterValue }) {
  const unfinished = countFaults(value)
  const said = useQuery({
    queryKey: ['filter-sentence', value],
    queryFn: async () => (await must(api.POST('/audiences/describe', { body: { filter: wire(value) } }))).sentence,
    enabled: value !== null && unfinished === 0,
    staleTime: 60_000,
  })
  if (value === null) return <span>{t('filter.everybody')}</span>
  if (unfinished > 0) return <span>{t('ui.filter.count.unfinished', { n: unfinished })}</span>
  if (said.error) return <span>{t('ui.filter.unavailable')}</span>
  return <span aria-busy={said.isPending}>{said.data ?? '…'}</span>
}
