import { CloseOutlined } from '@ant-design/icons'
import { Button, InputNumber, Select } from 'antd'
import type { ReactNode } from 'react'
import { t } from '../../shared/i18n'
import type { Leaf } from './ast'
import { kindOf, withOption } from './fields'
import { type Span, SpanInput } from './values'

/** What narrows a condition further down: since when a tag is worn, in which time touches and doings are counted and how often those happened, and what counts for whom it never happened. */
export function Options({ leaf, onChange }: { leaf: Leaf; onChange: (leaf: Leaf) => void }) {
  const kind = kindOf(leaf.f)
  const opt = leaf.opt ?? {}
  if (kind?.kind === 'times') {
    const within = opt.within as Span | undefined
    return <Within label={t('ui.filter.within')} span={within} onChange={(span) => onChange(withOption(leaf, 'within', span))} />
  }
  if (leaf.f === 'activity') {
    const within = opt.within as Span | undefined
    return (
      <>
        <Within label={t('ui.filter.within')} span={within} calendar onChange={(span) => onChange(withOption(leaf, 'within', span))} />
        <Times times={opt.times as number | undefined} onChange={(n) => onChange(withOption(leaf, 'times', n))} />
      </>
    )
  }
  if (leaf.f === 'tag') {
    const since = opt.since as { v?: Span } | undefined
    return (
      <Within
        label={t('ui.filter.tagged')}
        span={since?.v}
        onChange={(v) => onChange(withOption(leaf, 'since', v && { is: 'newer_than', v }))}
      />
    )
  }
  if (kind?.kind !== 'date' || !kind.never || leaf.is === 'known' || leaf.is === 'unknown') return null
  return (
    <Select
      size="small"
      variant="borderless"
      className="filter-option"
      popupMatchSelectWidth={false}
      aria-label={t('ui.filter.never')}
      value={(opt.null as string | undefined) ?? (leaf.is === 'older_than' ? 'use_added_at' : 'exclude')}
      options={['exclude', 'include', 'use_added_at'].map((o) => ({ value: o, label: t(`filter.null.${o}`) }))}
      onChange={(o: string) => onChange(withOption(leaf, 'null', o))}
    />
  )
}

interface WithinProps {
  label: string
  span: Span | undefined
  /** Whole days to begin with: whom they select changes at midnight only. */
  calendar?: boolean
  onChange: (span: Span | undefined) => void
}

function Within({ label, span, calendar = false, onChange }: WithinProps): ReactNode {
  if (!span) {
    return (
      <Button
        type="text"
        size="small"
        className="filter-option"
        onClick={() => onChange({ n: 30, unit: 'day', ...(calendar ? { by: 'calendar' } : {}) })}
      >
        {t('ui.filter.any-time')}
      </Button>
    )
  }
  return (
    <span className="filter-span">
      <span>{label}</span>
      <SpanInput span={span} label={label} onChange={onChange} />
      <Button
        type="text"
        size="small"
        icon={<CloseOutlined aria-hidden />}
        aria-label={t('ui.filter.any-time')}
        onClick={() => onChange(undefined)}
      />
    </span>
  )
}

/** How often something happened at least; once is not said. */
function Times({ times, onChange }: { times: number | undefined; onChange: (times: number | undefined) => void }): ReactNode {
  const [before = '', after = ''] = t('filter.times').split('%d')
  return (
    <span className="filter-span">
      <span>{before.trim()}</span>
      <InputNumber<number>
        controls={false}
        size="small"
        className="filter-number"
        aria-label={t('ui.filter.times')}
        min={1}
        max={1000}
        precision={0}
        value={times ?? 1}
        onChange={(n) => onChange(n === null || n === 1 ? undefined : n)}
      />
      <span>{after.trim()}</span>
    </span>
  )
}
