import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { api, must, type Schema } from '../../../shared/api'
import { formatInstant, formatNumber, t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { useChange } from '../../change'
import { Ask } from '../../states'
import { Panel } from './panel'

type Parked = Schema<'Parked'>

const stale = [['inbox-lag'], ['inbox-parked']]

function Row({ item }: { item: Parked }) {
  const again = useChange(() => must(api.POST('/inbox/redrive', { body: { ids: [item.id] } })), stale, t('ui.set.inbox.again'))
  return (
    <li>
      <div className="grow">
        <code translate="no">{item.event_key}</code> <span translate="no">{item.subject}</span>
        <div className="soft">
          {t('ui.set.inbox.tried', { n: item.attempts, at: formatInstant(item.received_at) })}
          {' · '}
          <span translate="no">{item.last_error}</span>
        </div>
      </div>
      <Allowed to="redrive">
        <Button size="small" loading={again.isPending} onClick={() => again.mutate()}>
          {t('ui.set.inbox.redrive')}
        </Button>
      </Allowed>
    </li>
  )
}

function ParkedList() {
  const query = useQuery({
    queryKey: ['inbox-parked'],
    queryFn: () => must(api.GET('/inbox/parked', { params: { query: { limit: 50 } } })),
  })
  const all = useChange(() => must(api.POST('/inbox/redrive', { body: { all: true } })), stale, t('ui.set.inbox.again'))
  return (
    <Ask query={query} rows={2}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="soft">{t('ui.set.inbox.none')}</p>
        ) : (
          <>
            <ul className="list">
              {items.map((item) => (
                <Row key={item.id} item={item} />
              ))}
            </ul>
            <Allowed to="redrive">
              <Button loading={all.isPending} onClick={() => all.mutate()}>
                {t('ui.set.inbox.redrive.all')}
              </Button>
            </Allowed>
          </>
        )
      }
    </Ask>
  )
}

/** How far behind the callbacks are, and those that were given up. */
export function InboxPanel() {
  const query = useQuery({ queryKey: ['inbox-lag'], queryFn: () => must(api.GET('/inbox/lag')), refetchInterval: 10_000 })
  return (
    <Panel title={t('ui.set.inbox')} lede={t('ui.set.inbox.lede')}>
      <Ask query={query} rows={2}>
        {({ counts, lag_seconds: lag }) => (
          <p className="says">
            {lag > 0 ? t('ui.set.inbox.lag', { n: Math.ceil(lag) }) : t('ui.set.inbox.prompt')}{' '}
            {Object.entries(counts)
              .filter(([, n]) => n > 0)
              .map(([state, n]) => `${t(`ui.set.inbox.state.${state}`)} ${formatNumber(n)}`)
              .join(' · ')}
          </p>
        )}
      </Ask>
      <ParkedList />
    </Panel>
  )
}
