import { Link } from '@tanstack/react-router'
import { Button, Switch } from 'antd'
import { useId, useState } from 'react'
import { ApiError, api, must } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { useChange } from '../../change'
import { useMay } from '../../may'
import { Page } from '../../page'
import { ClockInput } from '../../sop/clock-input'
import { Field } from '../../sop/field'
import { type Hours, inOrder } from '../../sop/hours'
import { hoursKey, useSendHours } from '../../sop/use-hours'
import { Ask } from '../../states'
import { Panel } from './panel'
import { WeekBand } from './week-band'

function Says({ hours }: { hours: Hours }) {
  const kind = hours.workdays ? 'workdays' : 'every'
  const values = { from: hours.from, to: hours.to }
  return (
    <ul className="says" aria-live="polite">
      <li>{t(`ui.set.windows.says.${kind}`, values)}</li>
      <li>{t(`ui.set.windows.waits.${kind}`, values)}</li>
      <li>{t('ui.set.windows.always')}</li>
    </ul>
  )
}

function Form({ stored }: { stored: Hours }) {
  const id = useId()
  const may = useMay()('setSendHours')
  const [hours, setHours] = useState(stored)
  const set = (part: Partial<Hours>) => setHours((h) => ({ ...h, ...part }))
  const save = useChange(() => must(api.PUT('/settings/send-hours', { body: hours })), [[...hoursKey], ['sop-review'], ['sop-forecast']])
  const faults = save.error instanceof ApiError ? save.error.problem.fields : undefined
  const changed = hours.from !== stored.from || hours.to !== stored.to || hours.workdays !== stored.workdays
  const ordered = inOrder(hours)
  return (
    <>
      <WeekBand hours={hours} />
      <fieldset className="hours-fields" disabled={!may}>
        <Field label={t('ui.entry.window.from')} fault={faults?.from}>
          {({ id: from, status }) => <ClockInput id={from} status={status} value={hours.from} onChange={(at) => at && set({ from: at })} />}
        </Field>
        <Field label={t('ui.entry.window.to')} fault={ordered ? faults?.to : t('ui.set.windows.order')}>
          {({ id: to, status }) => <ClockInput id={to} status={status} value={hours.to} onChange={(at) => at && set({ to: at })} />}
        </Field>
        <div className="field hours-workdays">
          <span>
            <Switch id={id} checked={hours.workdays} disabled={!may} onChange={(workdays) => set({ workdays })} />{' '}
            <label htmlFor={id}>{t('ui.entry.workdays')}</label>
          </span>
          <Link to="/settings/calendar">{t('ui.set.windows.calendar')}</Link>
        </div>
      </fieldset>
      {ordered && <Says hours={hours} />}
      <p className="soft">{t('ui.set.windows.planned')}</p>
      <Allowed to="setSendHours">
        <Button type="primary" disabled={!changed || !ordered} loading={save.isPending} onClick={() => save.mutate()}>
          {t('ui.save')}
        </Button>
      </Allowed>
    </>
  )
}

/** At what hours programmes send that name none of their own. */
export function Windows() {
  const query = useSendHours()
  return (
    <Page title={t('ui.set.windows')} lede={t('ui.set.windows.lede')}>
      <Panel title={t('ui.set.windows.week')}>
        <Ask query={query}>{(hours) => <Form key={JSON.stringify(hours)} stored={hours} />}</Ask>
      </Panel>
    </Page>
  )
}
