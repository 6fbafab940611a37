import { useQuery } from '@tanstack/react-query'
import { Button, InputNumber } from 'antd'
import { useId, useState } from 'react'
import { api, must } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { useChange } from '../../change'
import { Ask } from '../../states'
import { Panel } from './panel'

function Form({ percent }: { percent: number }) {
  const id = useId()
  const [value, setValue] = useState(percent)
  const save = useChange(() => must(api.PUT('/settings/holdout', { body: { percent: value } })), [['holdout']])
  return (
    <div className="fields">
      <div className="field">
        <label htmlFor={id}>{t('ui.set.holdout.percent')}</label>
        <InputNumber
          controls={false}
          id={id}
          min={0}
          max={50}
          step={0.5}
          suffix="%"
          value={value}
          onChange={(n) => setValue(n ?? 0)}
          style={{ width: '100%' }}
        />
      </div>
      <Button
        type="primary"
        disabled={value === percent}
        loading={save.isPending}
        onClick={() => save.mutate()}
        style={{ justifySelf: 'start' }}
      >
        {t('ui.save')}
      </Button>
    </div>
  )
}

/** The share of people whom nothing is sent, to measure what sending does. */
export function Holdout() {
  const query = useQuery({ queryKey: ['holdout'], queryFn: () => must(api.GET('/settings/holdout')) })
  return (
    <Panel title={t('ui.set.holdout')} lede={t('ui.set.holdout.lede')}>
      <Ask query={query} rows={2}>
        {({ percent }) => (
          <>
            <p className="says">{percent > 0 ? t('ui.set.holdout.says', { n: percent }) : t('ui.set.holdout.none')}</p>
            <Allowed to="setHoldout">
              <Form key={percent} percent={percent} />
            </Allowed>
          </>
        )}
      </Ask>
    </Panel>
  )
}
