import { CloseOutlined } from '@ant-design/icons'
import { Button, Tooltip } from 'antd'
import { useState } from 'react'
import { t } from '../../shared/i18n'
import { type FilterNode, type Group, isGroup, joined, negate, peel, replaced } from './ast'
import { Condition, ConditionMenu, Not } from './condition'
import type { Field } from './names'
import { Picker } from './picker'

interface GroupProps {
  group: Group
  fields: Field[]
  depth: number
  label: string
  onChange: (group: Group) => void
  /** Offers presets and saved audiences as a start. */
  starts?: boolean
}

/** The parts of a group with the word between them, and a way to add one. */
export function GroupEditor({ group, fields, depth, label, onChange, starts = false }: GroupProps) {
  const [fresh, setFresh] = useState(-1)
  const add = (node: FilterNode) => {
    const next = joined(group, node)
    setFresh(next.of.length - 1)
    onChange(next)
  }
  return (
    <span className="filter-group" role="group" aria-label={label}>
      {group.of.map((part, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
        <span className="filter-pair" key={i}>
          {i > 0 && <Junction op={group.op === 'or' ? 'or' : 'and'} onChange={(op) => onChange({ ...group, op })} />}
          <Part
            node={part}
            fields={fields}
            depth={depth}
            fresh={i === fresh}
            onChange={(next) => {
              setFresh(-1)
              onChange(replaced(group, i, next))
            }}
          />
        </span>
      ))}
      <Picker fields={fields} starts={starts} empty={group.of.length === 0} onPick={add} />
    </span>
  )
}

/** The word between two parts; pressing it turns and into or for the whole group. */
function Junction({ op, onChange }: { op: 'and' | 'or'; onChange: (op: 'and' | 'or') => void }) {
  const other = op === 'and' ? 'or' : 'and'
  const turn = t('ui.filter.turn', { word: t(`ui.filter.${other}`) })
  return (
    <Tooltip title={turn}>
      <Button
        type="text"
        size="small"
        className={`filter-junction ${op}`}
        aria-label={`${t(`ui.filter.${op}`)} (${turn})`}
        onClick={() => onChange(other)}
      >
        {t(`ui.filter.${op}`)}
      </Button>
    </Tooltip>
  )
}

interface PartProps {
  node: FilterNode
  fields: Field[]
  depth: number
  fresh: boolean
  onChange: (node: FilterNode | null) => void
}

function Part({ node, fields, depth, fresh, onChange }: PartProps) {
  const { not, of } = peel(node)
  if (!isGroup(of)) return <Condition node={node} fields={fields} depth={depth} fresh={fresh} onChange={onChange} />
  const name = t('ui.filter.brackets')
  const set = (group: Group) => {
    const only = group.of.length === 1 && group.of.length < of.of.length ? group.of[0] : undefined
    const next = group.of.length === 0 ? null : (only ?? group)
    onChange(next && not ? negate(next) : next)
  }
  return (
    <span className="filter-bracket">
      {not && <Not name={name} onClick={() => onChange(of)} />}
      <GroupEditor group={of} fields={fields} depth={depth + 1} label={name} onChange={set} />
      <ConditionMenu node={node} depth={depth + 1} name={name} onChange={onChange} />
      <Button
        type="text"
        size="small"
        className="filter-x"
        icon={<CloseOutlined aria-hidden />}
        aria-label={t('ui.filter.remove', { name })}
        onClick={() => onChange(null)}
      />
    </span>
  )
}
