import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { api, must, type Schema } from '../../../shared/api'
import { formatInstant, t } from '../../../shared/i18n'
import { useChange } from '../../change'
import { Drawer } from '../../drawer'
import { type Column, Rows, type Slice } from '../../rows'
import { Nothing } from '../../states'

type Delivery = Schema<'Delivery'>

const columns: Column<Delivery>[] = [
  { key: 'at', title: t('ui.hooks.at'), width: '110px', narrow: '96px', cell: (d) => formatInstant(d.created_at) },
  { key: 'event', title: t('ui.hooks.event'), width: '110px', optional: true, cell: (d) => t(`ui.hooks.event.${d.event}`) },
  { key: 'state', title: t('ui.hooks.state'), width: '110px', narrow: '80px', cell: (d) => t(`ui.hooks.state.${d.state}`) },
  {
    key: 'answer',
    title: t('ui.hooks.answer'),
    width: 'minmax(140px, 1fr)',
    narrow: 'minmax(90px, 1fr)',
    cell: (d) => (
      <span translate="no" title={d.error}>
        {d.answer > 0 ? `HTTP ${d.answer}` : d.error && t('ui.hooks.unreached')}
      </span>
    ),
  },
]

const untried = (d: Delivery) => d.state === 'sending' || (d.state === 'waiting' && d.answer === 0 && !d.error)

interface DeliveriesProps {
  hook: Schema<'Webhook'>
  /** Has the endpoint told something that means nothing. */
  test: () => void
  testing: boolean
  close: () => void
}

/** What an endpoint was told, and a way to have it told again what was given up. */
export function Deliveries({ hook, test, testing, close }: DeliveriesProps) {
  const params = { path: { id: hook.id } }
  const parked = useQuery({
    queryKey: ['rows', 'deliveries', hook.id, 'parked'],
    queryFn: () => must(api.GET('/webhooks/{id}/deliveries', { params: { ...params, query: { state: 'parked', limit: 1 } } })),
  })
  const again = useChange(
    () => must(api.POST('/webhooks/{id}/redrive', { params })),
    [['rows', 'deliveries', hook.id]],
    t('ui.hooks.again'),
  )
  return (
    <Drawer
      open
      size={640}
      title={t('ui.hooks.deliveries')}
      onClose={close}
      extra={
        parked.data &&
        parked.data.items.length > 0 && (
          <Button loading={again.isPending} onClick={() => again.mutate()}>
            {t('ui.hooks.redrive')}
          </Button>
        )
      }
    >
      <p translate="no">{hook.url}</p>
      <Rows
        name={['deliveries', hook.id]}
        label={t('ui.hooks.deliveries')}
        columns={columns}
        rowHeight={44}
        fetch={(cursor): Promise<Slice<Delivery>> =>
          must(api.GET('/webhooks/{id}/deliveries', { params: { path: { id: hook.id }, query: { limit: 50, cursor } } }))
        }
        id={(d) => d.id}
        moving={untried}
        empty={
          <Nothing why={t('ui.hooks.deliveries.none')}>
            <Button type="primary" loading={testing} onClick={test}>
              {t('ui.hooks.test')}
            </Button>
          </Nothing>
        }
      />
    </Drawer>
  )
}
