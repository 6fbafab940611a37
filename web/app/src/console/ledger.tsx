import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { formatInstant, formatNumber, t } from '../shared/i18n'
import { customerPhone, memberPhone } from './board'
import { demo } from './demo'
import { Icon } from './icon'
import { Panel } from './panel'
import { Problem } from './problem'
import { useBoard } from './store'
import type { LedgerEntry } from './types'

const kinds = ['', 'welcome', 'groupmsg', 'moment', 'app_message,card_update', 'chat', 'groupchat'] as const

/** What WeCom has in fact delivered to anybody, newest first. */
export function LedgerPanel() {
  const [kind, setKind] = useState('')
  const [q, setQ] = useState('')
  const words = useDeferredValue(q.trim())
  const ledger = useInfiniteQuery({
    queryKey: ['demo', 'ledger', kind, words],
    queryFn: ({ pageParam }) => demo.ledger(kind, words, pageParam),
    initialPageParam: 0,
    getNextPageParam: (last) => last.next_before || undefined,
    placeholderData: keepPreviousData,
  })
  const entries = ledger.data?.pages.flatMap((page) => page.entries) ?? []
  return (
    <Panel title={t('sim.ledger')} lede={ledger.data ? t('sim.ledger.lede', { n: ledger.data.pages[0]?.total ?? 0 }) : ''}>
      <div className="filters">
        <label>
          <span className="sr">{t('sim.ledger.kind')}</span>
          <select value={kind} onChange={(e) => setKind(e.target.value)}>
            {kinds.map((k) => (
              <option key={k} value={k}>
                {t(`sim.kind.${k.split(',')[0] || 'all'}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="find">
          <Icon name="search" />
          <span className="sr">{t('sim.ledger.find')}</span>
          <input type="search" value={q} onChange={(e) => setQ(e.target.value)} placeholder={t('sim.ledger.find')} maxLength={60} />
        </label>
      </div>
      <ol className="entries" tabIndex={0} aria-label={t('sim.ledger')}>
        {entries.map((e) => (
          <Entry key={e.seq} entry={e} />
        ))}
        {ledger.data && entries.length === 0 && <li className="notice">{t(kind || words ? 'sim.ledger.none' : 'sim.ledger.empty')}</li>}
        {ledger.isPending && <li className="notice">{t('sim.loading')}</li>}
        {ledger.hasNextPage && (
          <li>
            <button type="button" className="quiet" disabled={ledger.isFetchingNextPage} onClick={() => void ledger.fetchNextPage()}>
              {t('sim.more')}
            </button>
          </li>
        )}
      </ol>
      <Problem error={ledger.error} retry={() => void ledger.refetch()} />
    </Panel>
  )
}

function Entry({ entry }: { entry: LedgerEntry }) {
  const { act } = useBoard()
  const customer = entry.external_userid
  const from = entry.from === 'customer' ? entry.customer : entry.member
  const to = entry.from === 'customer' ? entry.member : customer ? entry.customer : entry.member
  return (
    <li>
      <button
        type="button"
        className="entry"
        onClick={() =>
          act({
            do: 'show',
            phones: [...(customer ? [customerPhone(customer)] : []), ...(entry.userid ? [memberPhone(entry.userid)] : [])],
          })
        }
      >
        <span className="line">
          <span className={`kind kind-${entry.kind}`}>{t(`sim.kind.${entry.kind}`)}</span>
          <span className="pair" translate="no">
            {customer ? `${from ?? ''} → ${to ?? ''}` : to}
          </span>
          <span className="seq">#{formatNumber(entry.seq)}</span>
        </span>
        <span className="text" translate="no">
          {entry.text || entry.attachments?.map((a) => a.link?.title ?? a.msgtype).join(' ')}
        </span>
        <time dateTime={entry.at}>{formatInstant(entry.at)}</time>
      </button>
    </li>
  )
}
