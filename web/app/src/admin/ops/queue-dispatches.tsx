import { Button } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../shared/api'
import { formatAgo, t, word } from '../../shared/i18n'
import { Allowed } from '../allowed'
import { RepName } from '../people/rep-name'
import { type Column, Rows } from '../rows'
import { Nothing } from '../states'
import { Go } from './go'
import { RetryDialog } from './queue-retry'
import type { StopPart } from './queue-states'

type Dispatch = Schema<'Dispatch'>

interface QueueDispatchesProps {
  state: 'stuck' | 'failed' | StopPart
  sop?: number
  now: Date
}

/** Calls that somebody has to decide about, stuck ones and failed ones, or that a kill switch is about. */
export function QueueDispatches({ state, sop, now }: QueueDispatchesProps) {
  const [deciding, decide] = useState<Dispatch>()
  const columns: Column<Dispatch>[] = [
    { key: 'since', title: t('ui.queue.since'), width: '110px', cell: (d) => formatAgo(d.called_at ?? d.created_at, now) },
    {
      key: 'sop',
      title: t('ui.touches.sop'),
      width: 'minmax(110px, 2fr)',
      cell: (d) =>
        d.sop_id ? (
          <Go to="/touches" search={{ sop: d.sop_id, step: d.step_key }}>
            <span translate="no" title={d.step_key}>
              {[d.sop_name, d.step_name || d.step_key].filter(Boolean).join(' · ')}
            </span>
          </Go>
        ) : (
          word('channel', d.channel)
        ),
    },
    { key: 'channel', title: t('ui.touches.channel'), width: '92px', optional: true, cell: (d) => word('channel', d.channel) },
    {
      key: 'rep',
      title: t('ui.touches.rep.title'),
      width: '120px',
      optional: true,
      cell: (d) => (
        <span translate="no">
          <RepName id={d.rep_id} name={d.rep_name} avatar={false} />
        </span>
      ),
    },
    { key: 'people', title: t('ui.queue.to'), width: '80px', optional: true, cell: (d) => t('ui.queue.people', { n: d.recipients }) },
    {
      key: 'error',
      title: t('ui.queue.error'),
      width: 'minmax(80px, 2fr)',
      optional: true,
      cell: (d) => (
        <span translate="no" title={d.last_error}>
          {word('reason', d.last_error)}
        </span>
      ),
    },
  ]
  const label = state === 'stuck' || state === 'failed' ? t(`ui.queue.state.${state}`) : t(`ui.stop.${state}`)
  if (state === 'stuck' || state === 'failed')
    columns.push({
      key: 'do',
      title: t('ui.queue.do'),
      width: '96px',
      cell: (d) =>
        d.channel === 'welcome' ? (
          <span className="soft">{t('ui.queue.over')}</span>
        ) : (
          <Allowed to="retryDispatch">
            <Button size="small" onClick={() => decide(d)}>
              {state === 'stuck' ? t('ui.queue.decide') : t('ui.queue.retry')}
            </Button>
          </Allowed>
        ),
    })
  return (
    <>
      <Rows<Dispatch>
        name={['dispatches', state, sop]}
        label={label}
        columns={columns}
        id={(d) => d.id}
        fetch={(cursor) => must(api.GET('/dispatches', { params: { query: { state, sop_id: sop, limit: 100, cursor } } }))}
        empty={<Nothing why={t('ui.queue.none')} />}
      />
      {deciding && <RetryDialog dispatch={deciding} close={() => decide(undefined)} />}
    </>
  )
}
