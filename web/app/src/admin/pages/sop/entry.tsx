import { Form, Input, InputNumber, Radio, Select, Switch } from 'antd'
import { useId } from 'react'
import type { Schema } from '../../../shared/api'
import { t, word } from '../../../shared/i18n'
import { type FilterValue, SettledFilter } from '../../filter'
import { wire } from '../../filter/ast'
import '../../programmes/programmes.css'
import { takes, triggerKinds, withKind } from '../../programmes/trigger'
import { TriggerFields } from '../../programmes/trigger-fields'
import { ClockInput } from '../../sop/clock-input'
import { firstHours, type Hours, hoursOf, withHours } from '../../sop/hours'
import { useSendHours } from '../../sop/use-hours'

type Definition = Schema<'Definition'>

interface EntryProps {
  definition: Definition
  /** What is wrong, by place, such as trigger.days. */
  faults?: Record<string, string>
  onChange: (definition: Definition) => void
}

const stages = ['mal', 'mil', 'mql', 'sal', 'sql', 'opportunity', 'won', 'lost', 'renewal']

/** Who enters a programme and how often, when it may send, and who gives way to whom. */
export function EntryForm({ definition, faults = {}, onChange }: EntryProps) {
  const id = useId()
  const { trigger } = definition
  const set = (change: Partial<Definition>) => onChange({ ...definition, ...change })
  const fault = (field: string) => ({ validateStatus: faults[field] ? ('error' as const) : undefined, help: faults[field] })
  const groups = trigger.kind === 'group_created'
  return (
    <Form layout="vertical" component="div" className="entry-form">
      <Form.Item label={t('ui.entry.trigger')} htmlFor={`${id}-kind`} {...fault('trigger.kind')}>
        <Select
          id={`${id}-kind`}
          value={trigger.kind}
          showSearch={{ optionFilterProp: 'label' }}
          options={triggerKinds.map((k) => ({ value: k, label: t(`ui.entry.kind.${k}`) }))}
          onChange={(kind) => set({ trigger: withKind(kind) })}
        />
      </Form.Item>
      {takes(trigger).length > 0 && <TriggerFields trigger={trigger} faults={faults} onChange={(next) => set({ trigger: next })} />}
      {!groups && (
        <Form.Item className="entry-wide" label={t('ui.entry.filter')} {...fault('filter')}>
          <SettledFilter
            value={(definition.filter ?? null) as FilterValue}
            label={t('ui.entry.filter')}
            onChange={(filter) => set({ filter: wire(filter) ?? undefined })}
          />
        </Form.Item>
      )}
      <Again definition={definition} set={set} />
      {!groups && (
        <Form.Item label={t('ui.entry.exit')} htmlFor={`${id}-exit`} extra={t('ui.entry.exit.hint')} {...fault('exit_stages')}>
          <Select
            id={`${id}-exit`}
            mode="multiple"
            value={definition.exit_stages ?? []}
            placeholder={t('ui.entry.exit.none')}
            options={[
              { value: '*', label: t('ui.entry.exit.any') },
              ...stages.map((s) => ({ value: s, label: word('filter.word.stage', s) })),
            ]}
            onChange={(list: string[]) => set({ exit_stages: list.length > 0 ? list : undefined })}
          />
        </Form.Item>
      )}
      <Sending definition={definition} set={set} fault={fault} />
      <Rivals definition={definition} set={set} fault={fault} />
    </Form>
  )
}

interface PartProps {
  definition: Definition
  set: (change: Partial<Definition>) => void
}

type Fault = (field: string) => { validateStatus: 'error' | undefined; help: string | undefined }

const daysIn = (duration: string | undefined) => (duration?.endsWith('d') ? Number(duration.slice(0, -1)) : undefined)

/** Who may come in again. */
function Again({ definition, set }: PartProps) {
  const id = useId()
  const { trigger, entry = {} } = definition
  const usual = trigger.kind === 'silent' || trigger.kind === 'contact_date' ? 'always' : 'never'
  const again = entry.again ?? usual
  return (
    <Form.Item label={t('ui.entry.again')}>
      <Radio.Group
        aria-label={t('ui.entry.again')}
        value={again}
        onChange={(e) =>
          set({
            entry: {
              ...entry,
              again: e.target.value,
              ...(e.target.value === 'after_exit' ? { cooldown: entry.cooldown ?? '30d' } : { cooldown: undefined }),
            },
          })
        }
        options={(['never', 'after_exit', 'always'] as const).map((a) => ({ value: a, label: t(`ui.entry.again.${a}`) }))}
      />
      {again === 'after_exit' && (
        <div style={{ marginTop: 8 }}>
          <label htmlFor={`${id}-cooldown`}>{t('ui.entry.cooldown')}</label>{' '}
          <InputNumber<number>
            controls={false}
            id={`${id}-cooldown`}
            min={0}
            max={3650}
            precision={0}
            value={daysIn(entry.cooldown) ?? 30}
            onChange={(n) => set({ entry: { ...entry, again: 'after_exit', cooldown: `${n ?? 0}d` } })}
          />{' '}
          {t('ui.entry.days')}
        </div>
      )}
    </Form.Item>
  )
}

/** When it may send, and who gets nothing so that the others can be compared. */
function Sending({ definition, set, fault }: PartProps & { fault: Fault }) {
  const id = useId()
  const corp = useSendHours().data ?? firstHours
  const shown = hoursOf(definition.window, corp)
  const hours = (change: Partial<Hours>) => set({ window: withHours(definition.window, corp, change) })
  return (
    <>
      <Form.Item label={t('ui.entry.window')} extra={t(shown.own ? 'ui.entry.window.own' : 'ui.entry.window.corp')} {...fault('window')}>
        <span style={{ display: 'flex', gap: 8, flexWrap: 'wrap', alignItems: 'center' }}>
          <ClockInput
            label={t('ui.entry.window.from')}
            status={fault('window').validateStatus ?? ''}
            value={shown.from}
            onChange={(at) => hours({ from: at })}
          />
          –
          <ClockInput
            label={t('ui.entry.window.to')}
            status={fault('window').validateStatus ?? ''}
            value={shown.to}
            onChange={(at) => hours({ to: at })}
          />
          <Switch
            id={`${id}-workdays`}
            aria-label={t('ui.entry.workdays')}
            checked={shown.workdays}
            onChange={(on) => hours({ workdays: on })}
          />
          <label htmlFor={`${id}-workdays`}>{t('ui.entry.workdays')}</label>
        </span>
      </Form.Item>
      <Form.Item label={t('ui.entry.holdout')} htmlFor={`${id}-holdout`} extra={t('ui.entry.holdout.hint')} {...fault('holdout')}>
        <InputNumber<number>
          controls={false}
          id={`${id}-holdout`}
          min={0}
          max={10}
          step={0.5}
          suffix="%"
          value={definition.holdout ?? 0}
          onChange={(n) => set({ holdout: n || undefined })}
        />
      </Form.Item>
    </>
  )
}

/** Who gives way to whom where two programmes want the same customer on one day. */
function Rivals({ definition, set, fault }: PartProps & { fault: Fault }) {
  const id = useId()
  return (
    <>
      <Form.Item label={t('ui.entry.priority')} htmlFor={`${id}-priority`} extra={t('ui.entry.priority.hint')} {...fault('priority')}>
        <InputNumber<number>
          controls={false}
          id={`${id}-priority`}
          min={-1000}
          max={1000}
          precision={0}
          value={definition.priority ?? 0}
          onChange={(n) => set({ priority: n || undefined })}
        />
      </Form.Item>
      <Form.Item label={t('ui.entry.exclusivity')} htmlFor={`${id}-group`} extra={t('ui.entry.exclusivity.hint')} {...fault('exclusivity')}>
        <Input
          id={`${id}-group`}
          maxLength={64}
          value={definition.exclusivity ?? ''}
          placeholder={t('ui.entry.exclusivity.none')}
          onChange={(e) => set({ exclusivity: e.target.value || undefined })}
        />
      </Form.Item>
      {definition.exclusivity && (
        <Form.Item label={t('ui.entry.deferrals')} htmlFor={`${id}-deferrals`} {...fault('max_deferrals')}>
          <InputNumber<number>
            controls={false}
            id={`${id}-deferrals`}
            min={0}
            max={30}
            precision={0}
            value={definition.max_deferrals ?? 3}
            onChange={(n) => set({ max_deferrals: n ?? undefined })}
          />
        </Form.Item>
      )}
    </>
  )
}
