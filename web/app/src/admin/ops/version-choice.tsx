import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { api, must } from '../../shared/api'
import { formatDate, t } from '../../shared/i18n'

interface VersionChoiceProps {
  sop: number
  value?: number
  change: (version?: number) => void
}

/** One version of a programme, or all of them together. */
export function VersionChoice({ sop, value, change }: VersionChoiceProps) {
  const versions = useQuery({
    queryKey: ['sop', sop, 'versions', 'choice'],
    queryFn: async () => (await must(api.GET('/sops/{id}/versions', { params: { path: { id: sop }, query: { limit: 100 } } }))).items,
  })
  return (
    <Select
      aria-label={t('ui.flow.version')}
      value={value ?? 0}
      onChange={(n: number) => change(n || undefined)}
      style={{ minWidth: 180 }}
      options={[
        { value: 0, label: t('ui.flow.version.all') },
        ...(versions.data ?? []).map((v) => ({
          value: v.number,
          label: t('ui.flow.version.one', { n: v.number, day: formatDate(v.published_at) }),
        })),
      ]}
    />
  )
}
