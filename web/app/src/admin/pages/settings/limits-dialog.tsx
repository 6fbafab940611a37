import { Button, Input, InputNumber, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { api, must } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { useChange } from '../../change'
import { type LimitRule, limitSentences } from './limit-words'

const modes: LimitRule['quota_mode'][] = ['month', 'week', 'day', 'none']
const tomorrow = () => new Date(Date.now() + 32 * 3_600_000).toISOString().slice(0, 10)

function Bound({ label, value, set }: { label: string; value: number | null; set: (n: number | null) => void }) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <InputNumber
        controls={false}
        id={id}
        min={0}
        max={1000}
        value={value}
        placeholder={t('ui.set.limits.open')}
        onChange={set}
        style={{ width: '100%' }}
      />
    </div>
  )
}

/** The limits from a day on. */
export function LimitsDialog({ today, close }: { today: LimitRule; close: () => void }) {
  const id = useId()
  const [rule, setRule] = useState<LimitRule>({ ...today, valid_from: tomorrow() })
  const set = (part: Partial<LimitRule>) => setRule((r) => ({ ...r, ...part }))
  const save = useChange(() => must(api.PUT('/limits', { body: rule })), [['limits']])
  return (
    <Modal
      open
      width={640}
      title={t('ui.set.limits.change')}
      onCancel={close}
      footer={
        <Button type="primary" loading={save.isPending} onClick={() => save.mutate(undefined, { onSuccess: close })}>
          {t('ui.save')}
        </Button>
      }
    >
      <div className="fields">
        <div className="field">
          <label htmlFor={`${id}-from`}>{t('ui.set.limits.valid-from')}</label>
          <Input id={`${id}-from`} type="date" value={rule.valid_from} onChange={(e) => set({ valid_from: e.target.value })} />
        </div>
        <Bound label={t('ui.set.limits.contact-day')} value={rule.contact_day} set={(contact_day) => set({ contact_day })} />
        <Bound label={t('ui.set.limits.contact-week')} value={rule.contact_week} set={(contact_week) => set({ contact_week })} />
        <Bound label={t('ui.set.limits.rep-day')} value={rule.rep_day} set={(rep_day) => set({ rep_day })} />
        <div className="field">
          <label htmlFor={`${id}-mode`}>{t('ui.set.limits.quota-mode')}</label>
          <Select
            id={`${id}-mode`}
            value={rule.quota_mode}
            onChange={(quota_mode) => set({ quota_mode, quota_count: null })}
            options={modes.map((value) => ({ value, label: t(`ui.set.limits.mode.${value}`) }))}
          />
        </div>
        {rule.quota_mode !== 'none' && (
          <Bound label={t('ui.set.limits.quota-count')} value={rule.quota_count} set={(quota_count) => set({ quota_count })} />
        )}
      </div>
      <ul className="says" aria-live="polite" style={{ marginTop: 16 }}>
        {limitSentences(rule).map((s) => (
          <li key={s.key}>{t(s.key, s.values)}</li>
        ))}
      </ul>
    </Modal>
  )
}
