import { CloseOutlined, MoreOutlined } from '@ant-design/icons'
import { Button, Dropdown, type MenuProps, Select, Tooltip } from 'antd'
import { type ReactNode, useId } from 'react'
import { knows, t } from '../../shared/i18n'
import { type FilterNode, insideFilter, insideOf, type Leaf, negate, peel, rootOf } from './ast'
import { faultOf } from './faults'
import { kindOf, slotsOf, withOperator, withOption, withValue } from './fields'
import { GroupEditor } from './group'
import type { Field } from './names'
import { head, operatorLabel, piecesOf } from './sentence'
import { SpanInput, ValueSlot } from './values'

const texts = { has: knows, text: (key: string) => t(key) }

interface ConditionProps {
  node: FilterNode
  fields: Field[]
  depth: number
  fresh: boolean
  onChange: (node: FilterNode | null) => void
}

/** A condition as words of a sentence; the words are its controls. */
export function Condition({ node, fields, depth, fresh, onChange }: ConditionProps) {
  const { not, of } = peel(node)
  const leaf = of as Leaf
  const fault = faultOf(leaf)
  const faultId = useId()
  const set = (next: Leaf) => onChange(not ? negate(next) : next)
  const name = t(`filter.field.${leaf.f}`)
  return (
    <span className={fault ? 'filter-item faulty' : 'filter-item'} role="group" aria-label={name} aria-describedby={fault && faultId}>
      {not && <Not name={name} onClick={() => onChange(negate(node))} />}
      {kindOf(leaf.f) ? (
        <Sentence leaf={leaf} fields={fields} fresh={fresh} depth={depth} invalid={fault !== undefined} onChange={set} />
      ) : (
        <span>{name}</span>
      )}
      <ConditionMenu node={node} depth={depth} name={name} onChange={onChange} />
      <Button
        type="text"
        size="small"
        className="filter-x"
        icon={<CloseOutlined aria-hidden />}
        aria-label={t('ui.filter.remove', { name })}
        onClick={() => onChange(null)}
      />
      {fault && (
        <span className="filter-fault" id={faultId} role="status">
          {t(`ui.filter.fault.${fault}`)}
        </span>
      )}
    </span>
  )
}

/** The word that negates what follows; pressing it takes it away. */
export function Not({ name, onClick }: { name: string; onClick: () => void }) {
  return (
    <Tooltip title={t('ui.filter.not.undo')}>
      <Button size="small" type="text" className="filter-not" aria-label={t('ui.filter.not.undo.of', { name })} onClick={onClick}>
        {t('ui.filter.not')}
      </Button>
    </Tooltip>
  )
}

interface SentenceProps {
  leaf: Leaf
  fields: Field[]
  fresh: boolean
  depth: number
  invalid: boolean
  onChange: (leaf: Leaf) => void
}

function Sentence({ leaf, fields, fresh, depth, invalid, onChange }: SentenceProps) {
  const is = leaf.is ?? ''
  const operators = fields.find((f) => f.name === leaf.f)?.operators ?? []
  const pieces = piecesOf(leaf.f, is, leaf.v, texts)
  const { lead, rest } = head(pieces)
  const slots = slotsOf(leaf.f, is, leaf.v)
  const name = t(`filter.field.${leaf.f}`)
  return (
    <>
      {operators.length > 1 ? (
        <Select
          size="small"
          variant="borderless"
          className="filter-word"
          popupMatchSelectWidth={false}
          autoFocus={fresh}
          aria-label={t('ui.filter.operator', { name })}
          value={is}
          labelRender={() => lead}
          options={operators.map((o) => ({ value: o, label: operatorLabel(leaf.f, o, texts) }))}
          onChange={(o: string) => onChange(withOperator(leaf, o))}
        />
      ) : (
        <span className="filter-plain">{lead}</span>
      )}
      {rest.map((piece, i) => {
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a sentence have their order and nothing else
        if (typeof piece === 'string') return <span key={i}>{piece}</span>
        const slot = slots[piece.slot]
        if (slot === undefined) return null
        if (slot === 'inside') return <Inside key={slot} leaf={leaf} fields={fields} depth={depth} onChange={onChange} />
        return (
          <ValueSlot
            key={slot}
            leaf={leaf}
            slot={slot}
            label={t(`ui.filter.value.${slot}`, { name })}
            invalid={invalid && slots[0] !== 'count'}
            onChange={onChange}
          />
        )
      })}
      <Options leaf={leaf} onChange={onChange} />
    </>
  )
}

/** The filter that people of the account have to pass. */
function Inside({ leaf, fields, depth, onChange }: { leaf: Leaf; fields: Field[]; depth: number; onChange: (leaf: Leaf) => void }) {
  const v = (leaf.v ?? {}) as Record<string, unknown>
  const inner = fields.filter((f) => kindOf(f.name)?.kind !== 'people')
  return (
    <span className="filter-inside">
      <GroupEditor
        group={rootOf(insideOf(leaf))}
        fields={inner}
        depth={depth + 2}
        label={t('ui.filter.inside')}
        onChange={(g) => onChange(withValue(leaf, { ...v, filter: insideFilter(g) }))}
      />
    </span>
  )
}

/** What narrows a condition further down: since when a tag is worn, in which time touches are counted, and what counts for whom it never happened. */
function Options({ leaf, onChange }: { leaf: Leaf; onChange: (leaf: Leaf) => void }) {
  const kind = kindOf(leaf.f)
  const opt = leaf.opt ?? {}
  if (kind?.kind === 'times') {
    const within = opt.within as { n?: number; unit?: string } | undefined
    return <Within label={t('ui.filter.within')} span={within} onChange={(span) => onChange(withOption(leaf, 'within', span))} />
  }
  if (leaf.f === 'tag') {
    const since = opt.since as { v?: { n?: number; unit?: string } } | undefined
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
  span: { n?: number; unit?: string; by?: string } | undefined
  onChange: (span: { n?: number; unit?: string; by?: string } | undefined) => void
}

function Within({ label, span, onChange }: WithinProps): ReactNode {
  if (!span) {
    return (
      <Button type="text" size="small" className="filter-option" onClick={() => onChange({ n: 30, unit: 'day' })}>
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

interface MenuOf {
  node: FilterNode
  depth: number
  name: string
  onChange: (node: FilterNode | null) => void
}

/** What else can be done with a part of the filter. */
export function ConditionMenu({ node, depth, name, onChange }: MenuOf) {
  const items: MenuProps['items'] = [
    { key: 'not', label: t(peel(node).not ? 'ui.filter.menu.affirm' : 'ui.filter.menu.negate') },
    { key: 'or', label: t('ui.filter.menu.or'), disabled: depth > 3 },
    { key: 'and', label: t('ui.filter.menu.and'), disabled: depth > 3 },
  ]
  const act: MenuProps['onClick'] = ({ key }) => {
    if (key === 'not') onChange(negate(node))
    if (key === 'or' || key === 'and') onChange({ op: key, of: [node] })
  }
  return (
    <Dropdown trigger={['click']} menu={{ items, onClick: act }}>
      <Button
        type="text"
        size="small"
        className="filter-x"
        icon={<MoreOutlined aria-hidden />}
        aria-label={t('ui.filter.menu', { name })}
      />
    </Dropdown>
  )
}
