import { useQuery } from '@tanstack/react-query'
import { Button, Switch } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { formatInstant, t } from '../../../shared/i18n'
import { useChange } from '../../change'
import { Page } from '../../page'
import { Ask, Nothing } from '../../states'
import { Sure } from '../../sure'
import { Deliveries } from './deliveries'
import { Panel } from './panel'
import { WebhookDialog } from './webhook-dialog'

type Webhook = Schema<'Webhook'>

const stale = [['webhooks']]

function Row({ hook }: { hook: Webhook }) {
  const [open, setOpen] = useState(false)
  const params = { path: { id: hook.id } }
  const turn = useChange(
    (active: boolean) => must(api.PUT('/webhooks/{id}', { params, body: { url: hook.url, events: hook.events, active } })),
    stale,
  )
  const test = useChange(() => must(api.POST('/webhooks/{id}/test', { params })), [['rows', 'deliveries', hook.id]], t('ui.hooks.tested'))
  const remove = useChange(() => must(api.DELETE('/webhooks/{id}', { params })), stale, t('ui.hooks.removed'))
  return (
    <li>
      <Switch
        aria-label={t('ui.hooks.active', { url: hook.url })}
        checked={hook.active}
        loading={turn.isPending}
        onChange={(on) => turn.mutate(on)}
      />
      <div className="grow">
        <strong translate="no">{hook.url}</strong>
        <div className="soft">
          {hook.events.map((e) => t(`ui.hooks.event.${e}`)).join(t('ui.comma'))} · {formatInstant(hook.created_at)}{' '}
          <span translate="no">{hook.author}</span>
        </div>
      </div>
      <Button size="small" loading={test.isPending} onClick={() => test.mutate(undefined, { onSuccess: () => setOpen(true) })}>
        {t('ui.hooks.test')}
      </Button>
      <Button size="small" onClick={() => setOpen(true)}>
        {t('ui.hooks.deliveries')}
      </Button>
      <Sure title={t('ui.hooks.remove.sure')} okText={t('ui.remove')} onConfirm={() => remove.mutate()}>
        <Button size="small" danger loading={remove.isPending}>
          {t('ui.remove')}
        </Button>
      </Sure>
      {open && <Deliveries hook={hook} test={() => test.mutate()} testing={test.isPending} close={() => setOpen(false)} />}
    </li>
  )
}

/** Other systems that are told what happens. */
export function Webhooks() {
  const [making, setMaking] = useState(false)
  const query = useQuery({ queryKey: ['webhooks'], queryFn: () => must(api.GET('/webhooks')) })
  const make = (
    <Button type="primary" onClick={() => setMaking(true)}>
      {t('ui.hooks.new')}
    </Button>
  )
  return (
    <Page title={t('ui.set.webhooks')} lede={t('ui.set.webhooks.lede')} actions={make}>
      <Ask query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing why={t('ui.hooks.none')}>{make}</Nothing>
          ) : (
            <Panel title={t('ui.hooks.list')} lede={t('ui.hooks.signed')}>
              <ul className="list">
                {items.map((hook) => (
                  <Row key={hook.id} hook={hook} />
                ))}
              </ul>
            </Panel>
          )
        }
      </Ask>
      {making && <WebhookDialog close={() => setMaking(false)} />}
    </Page>
  )
}
