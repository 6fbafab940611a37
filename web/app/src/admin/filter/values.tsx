import { Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { knows, t } from '../../shared/i18n'
import type { Leaf } from './ast'
import { kindOf, type Refers, type Slot, withValue } from './fields'
import { type Choice, useAccountNames, useAccountSearch, useChoices, useSources } from './names'

interface ValueProps {
  leaf: Leaf
  slot: Slot
  label: string
  invalid: boolean
  onChange: (leaf: Leaf) => void
}

const status = (invalid: boolean) => (invalid ? ('warning' as const) : undefined)
const listOf = <T,>(v: unknown): T[] => (Array.isArray(v) ? (v as T[]) : [])

/** The control for one value of a condition. */
export function ValueSlot(props: ValueProps) {
  const { leaf, slot } = props
  const kind = kindOf(leaf.f)
  switch (slot) {
    case 'refs':
      if (kind?.kind !== 'refs') return null
      return kind.of === 'account' ? <AccountValues {...props} /> : <RefValues {...props} of={kind.of} />
    case 'words':
      return <WordValues {...props} />
    case 'free':
      return <FreeValues {...props} />
    case 'span':
      return <SpanValue {...props} />
    case 'day-from':
    case 'day-to':
      return <DayValue {...props} />
    case 'inside':
      return null
  }
  return <NumberValue {...props} />
}

/** Choices under the heads of their groups, where they have any. */
function grouped(choices: Choice[]) {
  if (!choices.some((c) => c.group)) return choices
  const groups = new Map<string, Choice[]>()
  for (const c of choices) groups.set(c.group ?? '', [...(groups.get(c.group ?? '') ?? []), c])
  return [...groups].map(([label, options]) => ({ label, title: label, options }))
}

const matches = (input: string, option?: { label?: unknown; group?: unknown }) =>
  `${option?.label ?? ''} ${option?.group ?? ''}`.toLowerCase().includes(input.toLowerCase())

function RefValues({ leaf, label, invalid, onChange, of }: ValueProps & { of: Refers }) {
  const choices = useChoices(of)
  return (
    <span className="filter-own" translate="no">
      <Select<number[]>
        mode="multiple"
        size="small"
        className="filter-value"
        aria-label={label}
        status={status(invalid)}
        placeholder={t('ui.filter.choose')}
        maxTagCount={8}
        popupMatchSelectWidth={280}
        loading={choices.isPending}
        value={choices.data ? listOf<number>(leaf.v) : []}
        options={grouped(choices.data ?? [])}
        showSearch={{ filterOption: matches }}
        notFoundContent={choices.error ? t('ui.filter.unavailable') : t('ui.filter.none')}
        onChange={(v) => onChange(withValue(leaf, v))}
      />
    </span>
  )
}

function AccountValues({ leaf, label, invalid, onChange }: ValueProps) {
  const [q, setQ] = useState('')
  const found = useAccountSearch(q)
  const chosen = useAccountNames(listOf<number>(leaf.v))
  const known = new Map([...(chosen.data ?? []), ...(found.data ?? [])].map((c) => [c.value, c]))
  return (
    <span className="filter-own" translate="no">
      <Select<number[]>
        mode="multiple"
        size="small"
        className="filter-value"
        aria-label={label}
        status={status(invalid)}
        placeholder={t('ui.filter.search-account')}
        popupMatchSelectWidth={280}
        loading={found.isFetching}
        value={listOf<number>(leaf.v)}
        options={[...known.values()]}
        showSearch={{ filterOption: false, onSearch: setQ }}
        onChange={(v) => onChange(withValue(leaf, v))}
      />
    </span>
  )
}

function WordValues({ leaf, label, invalid, onChange }: ValueProps) {
  const kind = kindOf(leaf.f)
  if (kind?.kind !== 'words') return null
  const say = (w: string) => {
    const key = `filter.word.${kind.family}.${w.toLowerCase()}`
    return knows(key) ? t(key) : w
  }
  return (
    <Select<string[]>
      mode="multiple"
      size="small"
      className="filter-value"
      aria-label={label}
      status={status(invalid)}
      placeholder={t('ui.filter.choose')}
      popupMatchSelectWidth={false}
      value={listOf<string>(leaf.v)}
      options={kind.words.map((w) => ({ value: w, label: say(w) }))}
      showSearch={{ filterOption: matches }}
      onChange={(v) => onChange(withValue(leaf, v))}
    />
  )
}

function FreeValues({ leaf, label, invalid, onChange }: ValueProps) {
  const kind = kindOf(leaf.f)
  const sources = useSources()
  const options = kind?.kind === 'free' && kind.from === 'source' ? (sources.data ?? []) : []
  return (
    <span className="filter-own" translate="no">
      <Select<string[]>
        mode="tags"
        size="small"
        className="filter-value"
        aria-label={label}
        status={status(invalid)}
        placeholder={t('ui.filter.type')}
        popupMatchSelectWidth={240}
        tokenSeparators={[',', '，', '、']}
        value={listOf<string>(leaf.v)}
        options={options}
        notFoundContent={t('ui.filter.type.hint')}
        onChange={(v) => onChange(withValue(leaf, [...new Set(v.map((w) => w.trim()).filter(Boolean))]))}
      />
    </span>
  )
}

const places: Partial<Record<Slot, string>> = { from: 'min', to: 'max', count: 'n' }

function NumberValue({ leaf, slot, label, invalid, onChange }: ValueProps) {
  const place = places[slot]
  const whole = (leaf.v ?? {}) as Record<string, unknown>
  const value = place ? whole[place] : leaf.v
  const set = (n: number | null) => {
    if (!place) return onChange(withValue(leaf, n ?? undefined))
    const { [place]: _, ...rest } = whole
    onChange(withValue(leaf, n === null ? rest : { ...rest, [place]: n }))
  }
  const counts = slot === 'count'
  return (
    <InputNumber<number>
      controls={false}
      size="small"
      className="filter-number"
      aria-label={label}
      status={status(invalid)}
      placeholder={leaf.f === 'touches' && slot === 'to' ? '∞' : undefined}
      min={counts ? 1 : undefined}
      max={counts ? 1000 : undefined}
      precision={counts || leaf.f === 'touches' ? 0 : undefined}
      value={typeof value === 'number' ? value : null}
      onChange={set}
    />
  )
}

export interface Span {
  n?: number
  unit?: string
  by?: string
}

// The units by which a span is counted, as one choice.
const units = ['hour', 'day', 'week', 'day.calendar', 'week.calendar']

function SpanValue({ leaf, label, invalid, onChange }: ValueProps) {
  return <SpanInput span={(leaf.v ?? {}) as Span} label={label} invalid={invalid} onChange={(span) => onChange(withValue(leaf, span))} />
}

interface SpanInputProps {
  span: Span
  label: string
  invalid?: boolean
  onChange: (span: Span) => void
}

/** A length of time before now: a number and its unit. */
export function SpanInput({ span, label, invalid = false, onChange }: SpanInputProps) {
  const unit = span.by === 'calendar' ? `${span.unit}.calendar` : (span.unit ?? 'day')
  return (
    <span className="filter-span">
      <InputNumber<number>
        controls={false}
        size="small"
        className="filter-number"
        aria-label={label}
        status={status(invalid)}
        min={1}
        max={10_000}
        precision={0}
        value={span.n ?? null}
        onChange={(n) => onChange({ ...span, n: n ?? undefined })}
      />
      <Select
        size="small"
        variant="borderless"
        popupMatchSelectWidth={false}
        aria-label={t('ui.filter.unit')}
        value={unit}
        options={units.map((u) => ({ value: u, label: t(`ui.filter.unit.${u}`) }))}
        onChange={(u: string) => {
          const [name, by] = u.split('.')
          onChange({ n: span.n, unit: name, ...(by ? { by } : {}) })
        }}
      />
    </span>
  )
}

function DayValue({ leaf, slot, label, invalid, onChange }: ValueProps) {
  const days = (leaf.v ?? {}) as { from?: string; to?: string }
  const end = slot === 'day-from' ? 'from' : 'to'
  return (
    <Input
      type="date"
      size="small"
      className="filter-day"
      aria-label={label}
      status={status(invalid)}
      value={days[end] ?? ''}
      onChange={(e) => onChange(withValue(leaf, { ...days, [end]: e.target.value || undefined }))}
    />
  )
}
