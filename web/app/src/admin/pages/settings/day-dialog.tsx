import { Button, Input, Modal, Segmented } from 'antd'
import { useId, useState } from 'react'
import { api, must } from '../../../shared/api'
import { formatDay, t } from '../../../shared/i18n'
import { useChange } from '../../change'
import type { DayKind, SpecialDay } from './year'

/** Makes a day off or worked, or gives it back to the announced calendar. */
export function DayDialog({ day, special, close }: { day: string; special?: SpecialDay; close: () => void }) {
  const id = useId()
  const weekend = [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay())
  const worked = special ? special.kind === 'work' : !weekend
  const [kind, setKind] = useState<DayKind>(special?.own ? special.kind : worked ? 'off' : 'work')
  const [name, setName] = useState(special?.own ? special.name : '')
  const params = { path: { day } }
  const set = useChange(() => must(api.PUT('/calendar/{day}', { params, body: { kind, name: name.trim() } })), [['calendar']])
  const unset = useChange(() => must(api.DELETE('/calendar/{day}', { params })), [['calendar']])
  return (
    <Modal
      open
      title={formatDay(day)}
      onCancel={close}
      footer={
        <>
          {special?.own && (
            <Button loading={unset.isPending} onClick={() => unset.mutate(undefined, { onSuccess: close })}>
              {t('ui.set.calendar.give-back')}
            </Button>
          )}
          <Button type="primary" loading={set.isPending} onClick={() => set.mutate(undefined, { onSuccess: close })}>
            {t('ui.save')}
          </Button>
        </>
      }
    >
      <p className="soft">
        {special?.own
          ? t('ui.set.calendar.now.own')
          : special
            ? t('ui.set.calendar.now.announced', { name: special.name })
            : t(weekend ? 'ui.set.calendar.now.weekend' : 'ui.set.calendar.now.weekday')}
      </p>
      <div className="fields">
        <div className="field">
          <span className="field-name">{t('ui.set.calendar.kind')}</span>
          <Segmented<DayKind>
            aria-label={t('ui.set.calendar.kind')}
            value={kind}
            onChange={setKind}
            options={[
              { value: 'off', label: t('ui.set.calendar.off') },
              { value: 'work', label: t('ui.set.calendar.worked') },
            ]}
          />
        </div>
        <div className="field">
          <label htmlFor={id}>{t('ui.set.calendar.name')}</label>
          <Input
            id={id}
            value={name}
            maxLength={30}
            placeholder={t('ui.set.calendar.name.hint')}
            onChange={(e) => setName(e.target.value)}
          />
        </div>
      </div>
    </Modal>
  )
}
