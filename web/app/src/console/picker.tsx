import { useVirtualizer } from '@tanstack/react-virtual'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { formatInstant, t } from '../shared/i18n'
import { customerPhone, memberPhone } from './board'
import { usePeople } from './data'
import { Icon } from './icon'
import { Problem } from './problem'
import { useBoard } from './store'
import type { Person } from './types'

const rowHeight = 56

/** Everybody in the simulated corp: who is chosen has their phone beside the others. */
export function Picker() {
  const [kind, setKind] = useState<'customer' | 'member'>('member')
  const [q, setQ] = useState('')
  const { board, act } = useBoard()
  const people = usePeople(kind, useDeferredValue(q.trim()))
  const rows = people.data?.pages.flatMap((page) => page.people) ?? []
  const total = people.data?.pages[0]?.total ?? 0
  const box = useRef<HTMLDivElement>(null)
  const list = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => rowHeight, overscan: 8 })
  const items = list.getVirtualItems()
  const end = items.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = people
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && end >= rows.length - 20) void fetchNextPage()
  }, [end, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage])
  const phoneOf = (p: Person) => (kind === 'member' ? memberPhone(p.id) : customerPhone(p.id))
  return (
    <aside className="picker" aria-label={t('sim.picker')}>
      <fieldset className="switch">
        <legend className="sr">{t('sim.picker.kind')}</legend>
        {(['member', 'customer'] as const).map((k) => (
          <label key={k} className={kind === k ? 'on' : undefined}>
            <input type="radio" name="kind" checked={kind === k} onChange={() => setKind(k)} />
            {t(`sim.picker.${k}`)}
          </label>
        ))}
      </fieldset>
      <label className="find">
        <Icon name="search" />
        <span className="sr">{t('sim.picker.find')}</span>
        <input type="search" value={q} onChange={(e) => setQ(e.target.value)} placeholder={t('sim.picker.find')} maxLength={60} />
      </label>
      <p className="total" role="status">
        {people.data ? t('sim.picker.total', { n: total }) : people.isPending && t('sim.loading')}
      </p>
      <div className="people" ref={box}>
        <ul style={{ height: list.getTotalSize() }}>
          {items.map((item) => {
            const p = rows[item.index]
            return (
              p && (
                <li key={p.id} style={{ transform: `translateY(${item.start}px)`, height: rowHeight }}>
                  <Row
                    person={p}
                    note={q.trim() ? p.company : p.last?.text}
                    shown={board.phones.includes(phoneOf(p))}
                    toggle={(shown) => act(shown ? { do: 'hide', phone: phoneOf(p) } : { do: 'show', phones: [phoneOf(p)] })}
                  />
                </li>
              )
            )
          })}
        </ul>
        {people.data && rows.length === 0 && <p className="notice">{t('sim.picker.none')}</p>}
        <Problem error={people.error} retry={() => void people.refetch()} />
      </div>
    </aside>
  )
}

function Row({ person, note, shown, toggle }: { person: Person; note?: string; shown: boolean; toggle: (shown: boolean) => void }) {
  return (
    <button type="button" className="row" aria-pressed={shown} onClick={() => toggle(shown)}>
      <span className="portrait" aria-hidden>
        {[...person.name][0]}
      </span>
      <span className="what" translate="no">
        <strong>{person.name}</strong>
        <small>{note || person.company || person.department}</small>
      </span>
      {person.pending > 0 && (
        <span className="dot inline">
          {person.pending}
          <span className="sr">{t('sim.waiting', { n: person.pending })}</span>
        </span>
      )}
      {person.last && <time dateTime={person.last.at}>{formatInstant(person.last.at)}</time>}
    </button>
  )
}
