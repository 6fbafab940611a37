import { Form, Input, InputNumber, Select, Switch } from 'antd'
import { type ReactNode, useId } from 'react'
import { t, word } from '../../shared/i18n'
import { useChoices } from '../filter/names'
import { ClockInput } from '../sop/clock-input'
import { type Parameter, takes, withParameter } from './trigger'
import type { Trigger } from './trigger-words'
import { useAudiences } from './use-trigger-words'

interface FieldsProps {
  trigger: Trigger
  faults: Record<string, string>
  onChange: (trigger: Trigger) => void
}

/** The parameters of a trigger, those that its kind takes. */
export function TriggerFields({ trigger, faults, onChange }: FieldsProps) {
  const id = useId()
  return takes(trigger).map((name) => {
    const fault = faults[`trigger.${name}`]
    return (
      <Form.Item
        key={name}
        label={t(`ui.entry.trigger.${name}`)}
        htmlFor={`${id}-${name}`}
        validateStatus={fault ? 'error' : undefined}
        help={fault}
      >
        <ParameterField id={`${id}-${name}`} name={name} trigger={trigger} onChange={onChange} />
      </Form.Item>
    )
  })
}

interface ParameterProps {
  id: string
  name: Parameter
  trigger: Trigger
  onChange: (trigger: Trigger) => void
}

const stages = ['mal', 'mil', 'mql', 'sal', 'sql', 'opportunity', 'won', 'lost', 'renewal']
const anchors = ['entry', 'start', 'end'] as const

function ParameterField({ id, name, trigger, onChange }: ParameterProps): ReactNode {
  const set = <P extends Parameter>(p: P, value: Trigger[P] | undefined) => onChange(withParameter(trigger, p, value))
  const any = t('ui.entry.any')
  switch (name) {
    case 'states':
      return <Select id={id} mode="tags" value={trigger.states ?? []} placeholder={any} onChange={(v) => set('states', v)} />
    case 'rep_ids':
      return <Reps id={id} trigger={trigger} onChange={onChange} />
    case 'tag_id':
      return <Tag id={id} trigger={trigger} onChange={onChange} />
    case 'audience_id':
      return <Audience id={id} trigger={trigger} onChange={onChange} />
    case 'from':
    case 'to':
      return <ClockInput label={t(`ui.entry.trigger.${name}`)} status="" value={trigger[name] ?? ''} onChange={(at) => set(name, at)} />
    case 'stage':
      return (
        <Select
          id={id}
          value={trigger.stage}
          options={stages.map((s) => ({ value: s, label: word('filter.word.stage', s) }))}
          onChange={(v) => set('stage', v)}
        />
      )
    case 'score':
    case 'days':
      return (
        <InputNumber<number>
          controls={false}
          id={id}
          min={name === 'days' ? 1 : undefined}
          precision={0}
          value={trigger[name]}
          onChange={(n) => set(name, n ?? undefined)}
        />
      )
    case 'anchor':
      return (
        <Select
          id={id}
          value={trigger.anchor ?? 'entry'}
          options={anchors.map((a) => ({ value: a, label: t(`ui.entry.anchor.${a}`) }))}
          onChange={(v) => set('anchor', v === 'entry' ? undefined : v)}
        />
      )
    case 'yearly':
      return <Switch id={id} checked={trigger.yearly ?? false} onChange={(on) => set('yearly', on)} />
  }
  return (
    <Input
      id={id}
      value={trigger[name] ?? ''}
      placeholder={name === 'field' ? t('ui.entry.trigger.field.hint') : any}
      onChange={(e) => set(name, e.target.value)}
    />
  )
}

type Own = Omit<ParameterProps, 'name'>

function Reps({ id, trigger, onChange }: Own) {
  const reps = useChoices('rep')
  return (
    <Select
      id={id}
      mode="multiple"
      loading={reps.isPending}
      value={reps.data ? (trigger.rep_ids ?? []) : []}
      placeholder={t('ui.entry.any')}
      showSearch={{ optionFilterProp: 'label' }}
      options={reps.data}
      onChange={(v: number[]) => onChange(withParameter(trigger, 'rep_ids', v))}
    />
  )
}

function Tag({ id, trigger, onChange }: Own) {
  const tags = useChoices('tag')
  return (
    <Select
      id={id}
      loading={tags.isPending}
      value={tags.data ? trigger.tag_id : undefined}
      placeholder={t('ui.filter.choose')}
      showSearch={{ optionFilterProp: 'label' }}
      options={(tags.data ?? []).map((c) => ({ value: c.value, label: c.group ? `${c.group} / ${c.label}` : c.label }))}
      onChange={(v: number) => onChange(withParameter(trigger, 'tag_id', v))}
    />
  )
}

function Audience({ id, trigger, onChange }: Own) {
  const audiences = useAudiences()
  return (
    <Select
      id={id}
      loading={audiences.isPending}
      value={audiences.data ? trigger.audience_id : undefined}
      placeholder={t('ui.enrol.audience')}
      notFoundContent={t('ui.enrol.audience.none')}
      showSearch={{ optionFilterProp: 'label' }}
      options={(audiences.data ?? []).map((a) => ({ value: a.id, label: a.name }))}
      onChange={(v: number) => onChange(withParameter(trigger, 'audience_id', v))}
    />
  )
}
