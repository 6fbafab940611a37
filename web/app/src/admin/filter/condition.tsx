import { CloseOutlined, MoreOutlined } from '@ant-design/icons'
import { Button, Dropdown, type MenuProps, Select, Tooltip } from 'antd'
import { useId } from 'react'
import { knows, t } from '../../shared/i18n'
import { type FilterNode, insideFilter, insideOf, type Leaf, negate, peel, rootOf } from './ast'
import { faultOf } from './faults'
import { kindOf, slotsOf, withOperator, withValue } from './fields'
import { GroupEditor } from './group'
import type { Field } from './names'
import { Options } from './options'
import { head, operatorLabel, piecesOf } from './sentence'
import { ValueSlot } from './values'

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
