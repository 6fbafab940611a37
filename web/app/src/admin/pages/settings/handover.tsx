import { useQuery } from '@tanstack/react-query'
import { Button, Input, InputNumber, Switch } from 'antd'
import { useId, useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { useChange } from '../../change'
import { Editable } from '../../editable'
import { Page } from '../../page'
import { Ask } from '../../states'
import { Panel } from './panel'

type Rule = Schema<'HandoverRule'>

function Form({ stored }: { stored: Rule }) {
  const id = useId()
  const [rule, setRule] = useState(stored)
  const set = (part: Partial<Rule>) => setRule((r) => ({ ...r, ...part }))
  const save = useChange(() => must(api.PUT('/settings/handover', { body: rule })), [['handover-rule']])
  return (
    <>
      <div className="fields">
        <div className="field">
          <label htmlFor={`${id}-sla`}>{t('ui.set.handover.sla')}</label>
          <InputNumber
            controls={false}
            id={`${id}-sla`}
            min={1}
            max={10_000}
            value={rule.sla_minutes}
            onChange={(n) => set({ sla_minutes: n ?? 1 })}
            style={{ width: '100%' }}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-from`}>{t('ui.set.handover.from')}</label>
          <Input id={`${id}-from`} type="time" value={rule.work_from} onChange={(e) => set({ work_from: e.target.value })} />
        </div>
        <div className="field">
          <label htmlFor={`${id}-to`}>{t('ui.set.handover.to')}</label>
          <Input id={`${id}-to`} type="time" value={rule.work_to} onChange={(e) => set({ work_to: e.target.value })} />
        </div>
        <div className="field">
          <label htmlFor={`${id}-leak`}>{t('ui.set.handover.leak')}</label>
          <InputNumber
            controls={false}
            id={`${id}-leak`}
            min={0}
            max={365}
            value={rule.leak_days}
            onChange={(n) => set({ leak_days: n ?? 0 })}
            style={{ width: '100%' }}
          />
        </div>
      </div>
      <p>
        <Switch id={`${id}-auto`} checked={rule.auto_accept} onChange={(auto_accept) => set({ auto_accept })} />{' '}
        <label htmlFor={`${id}-auto`}>{t('ui.set.handover.auto')}</label>
      </p>
      <ul className="says" aria-live="polite">
        <li>{t('ui.set.handover.says', { n: rule.sla_minutes, from: rule.work_from, to: rule.work_to })}</li>
        <li>{t(rule.auto_accept ? 'ui.set.handover.says.auto' : 'ui.set.handover.says.wait')}</li>
        <li>{t('ui.set.handover.says.leak', { n: rule.leak_days })}</li>
      </ul>
      <Allowed to="setHandoverRule">
        <Button type="primary" loading={save.isPending} onClick={() => save.mutate()} style={{ marginTop: 12 }}>
          {t('ui.save')}
        </Button>
      </Allowed>
    </>
  )
}

/** How long sales may take to answer, and what happens then. */
export function HandoverSettings() {
  const query = useQuery({ queryKey: ['handover-rule'], queryFn: () => must(api.GET('/settings/handover')) })
  return (
    <Page title={t('ui.set.handover')} lede={t('ui.set.handover.lede')}>
      <Panel title={t('ui.set.handover.rule')}>
        <Ask query={query}>
          {(rule) => (
            <Editable by="setHandoverRule">
              <Form key={JSON.stringify(rule)} stored={rule} />
            </Editable>
          )}
        </Ask>
      </Panel>
    </Page>
  )
}
