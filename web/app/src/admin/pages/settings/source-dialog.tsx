import { Button, Input, InputNumber, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { useChange } from '../../change'

type Source = Schema<'LeadSource'>
type Change = Schema<'LeadSourceChange'>

const origins = ['marketing', 'rep', 'partner', 'other']
const blank: Change = { code: '', name: '', origin: 'marketing', channel_states: [], weight: 50 }

const changeOf = (s: Source): Change => ({
  code: s.code,
  name: s.name,
  origin: s.origin,
  channel_states: s.channel_states,
  add_ways: s.add_ways,
  weight: s.weight,
  position: s.position,
})

/** A source: what it is called, how it is known, what the experts give it. */
export function SourceDialog({ source, close }: { source?: Source; close: () => void }) {
  const id = useId()
  const [now, setNow] = useState<Change>(source ? changeOf(source) : blank)
  const set = (part: Partial<Change>) => setNow((c) => ({ ...c, ...part }))
  const save = useChange(
    () =>
      source
        ? must(api.PUT('/sources/{id}', { params: { path: { id: source.id } }, body: now }))
        : must(api.POST('/sources', { body: now })),
    [['sources']],
  )
  return (
    <Modal
      open
      title={t(source ? 'ui.sources.edit' : 'ui.sources.new')}
      onCancel={close}
      footer={
        <Button
          type="primary"
          disabled={!now.name.trim() || !now.code.trim()}
          loading={save.isPending}
          onClick={() => save.mutate(undefined, { onSuccess: close })}
        >
          {t('ui.save')}
        </Button>
      }
    >
      <div className="fields">
        {(['name', 'code'] as const).map((k) => (
          <div key={k} className="field">
            <label htmlFor={`${id}-${k}`}>{t(`ui.sources.${k}`)}</label>
            <Input id={`${id}-${k}`} maxLength={60} value={now[k]} onChange={(e) => set({ [k]: e.target.value })} />
          </div>
        ))}
        <div className="field">
          <label htmlFor={`${id}-origin`}>{t('ui.sources.origin')}</label>
          <Select
            id={`${id}-origin`}
            value={now.origin}
            onChange={(origin) => set({ origin })}
            options={origins.map((value) => ({ value, label: t(`ui.routing.origin.${value}`) }))}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-weight`}>{t('ui.sources.weight')}</label>
          <InputNumber
            controls={false}
            id={`${id}-weight`}
            min={0}
            max={100}
            value={now.weight}
            onChange={(n) => set({ weight: n ?? 0 })}
            style={{ width: '100%' }}
          />
        </div>
        <div className="field" style={{ gridColumn: '1 / -1' }}>
          <label htmlFor={`${id}-states`}>{t('ui.sources.states')}</label>
          <Select
            id={`${id}-states`}
            mode="tags"
            value={now.channel_states ?? []}
            onChange={(channel_states: string[]) => set({ channel_states })}
            tokenSeparators={[',', '，', ' ']}
          />
        </div>
      </div>
    </Modal>
  )
}
