import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { api, must } from '../../shared/api'
import { t } from '../../shared/i18n'
import { type FilterNode, type FilterValue, rootOf } from './ast'
import { families, newLeaf, presets } from './fields'
import { type Field, wholeList } from './names'

interface PickerProps {
  fields: Field[]
  starts: boolean
  empty: boolean
  onPick: (node: FilterNode) => void
}

/** Adds a condition: one types what it is about. */
export function Picker({ fields, starts, empty, onPick }: PickerProps) {
  const [open, setOpen] = useState(false)
  const audiences = useQuery({
    queryKey: ['choices', 'audience'],
    queryFn: () => wholeList((query) => must(api.GET('/audiences', { params: { query } }))),
    enabled: starts && open,
    staleTime: 60_000,
  })
  const saved = (audiences.data ?? []).filter((a) => a.filter !== null)
  const options = [
    ...Object.entries(families).map(([family, members]) => ({
      label: t(`ui.filter.family.${family}`),
      title: family,
      options: fields
        .filter((f) => f.name in members)
        .sort((a, b) => Object.keys(members).indexOf(a.name) - Object.keys(members).indexOf(b.name))
        .map((f) => ({ value: `field:${f.name}`, label: f.label })),
    })),
    ...(starts
      ? [
          {
            label: t('ui.filter.family.presets'),
            title: 'presets',
            options: presets.map((p) => ({ value: `preset:${p.key}`, label: t(`ui.filter.preset.${p.key}`) })),
          },
          {
            label: t('ui.filter.family.saved'),
            title: 'saved',
            options: saved.map((a) => ({ value: `saved:${a.id}`, label: a.name })),
          },
        ]
      : []),
  ].filter((g) => g.options.length > 0)
  const pick = (value: string) => {
    const [kind = '', ...rest] = value.split(':')
    const name = rest.join(':')
    const node = nodeOf(kind, name)
    if (node) onPick(node)
  }
  const nodeOf = (kind: string, name: string): FilterNode | undefined => {
    if (kind === 'preset') return presets.find((p) => p.key === name)?.node
    if (kind === 'saved') return rootOf((saved.find((a) => String(a.id) === name)?.filter ?? null) as FilterValue)
    const field = fields.find((f) => f.name === name)
    return field && newLeaf(field.name, field.operators)
  }
  return (
    <Select<string | null>
      size="small"
      variant="borderless"
      suffixIcon={null}
      className="filter-add"
      aria-label={t('ui.filter.add')}
      placeholder={empty ? t('ui.filter.add.first') : t('ui.filter.add')}
      popupMatchSelectWidth={240}
      listHeight={360}
      value={null}
      open={open}
      onOpenChange={setOpen}
      showSearch={{ optionFilterProp: 'label' }}
      notFoundContent={t('ui.filter.none')}
      options={options}
      onSelect={(v) => v && pick(v)}
    />
  )
}
