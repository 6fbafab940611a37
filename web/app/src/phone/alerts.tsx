import { useQuery } from '@tanstack/react-query'
import { api, must } from '../shared/api'
import { formatAgo, t, word } from '../shared/i18n'
import { finish } from './act'
import { companyOf, nameOf } from './day/names'
import { doing, useDoing } from './doing'
import { Go } from './go'
import { Avatar } from './parts/avatar'
import { useServerNow } from './parts/clock'
import { Ask, Nothing } from './parts/states'
import { type Item, keyOf } from './queue'
import { accountHref, contactHref } from './route'

/** What the rep should know: who left, who is ready, what has happened to their companies. */
export function Alerts() {
  const query = useQuery({ queryKey: ['me', 'alerts'], queryFn: () => must(api.GET('/me/alerts')), refetchInterval: 60_000 })
  return (
    <main>
      <h1>{t('m.alerts')}</h1>
      <Ask query={query}>{(data) => <List {...data} />}</Ask>
    </main>
  )
}

function List({ items, seen, now: at }: { items: Item[]; seen: boolean[]; now: string }) {
  const { hidden } = useDoing()
  const now = useServerNow(at)
  const rows = items.map((item, i) => ({ item, seen: seen[i] === true || hidden.has(keyOf(item)) }))
  const fresh = rows.filter((r) => !r.seen).map((r) => r.item)
  const see = (some: Item[]) => () =>
    doing.do({ keys: some.map(keyOf), label: t('m.deed.seen.many', { n: some.length }), run: () => finish(some) })
  if (rows.length === 0) return <Nothing title={t('m.alerts.empty')} hint={t('m.alerts.empty.hint')} />
  return (
    <>
      {fresh.length > 1 && (
        <button type="button" className="button wide" onClick={see(fresh)}>
          {t('m.alerts.all', { n: fresh.length })}
        </button>
      )}
      <ul className="cards">
        {rows.map(({ item, seen: known }) => (
          <li key={keyOf(item)} className={known ? `card alert known kind-${item.kind}` : `card alert kind-${item.kind}`}>
            <div className="who">
              <Avatar id={item.contact_id || item.account_id} name={nameOf(item)} size={40} company={item.contact_id === 0} />
              <div className="who-words">
                <h2 translate="no">
                  <Go to={item.external_userid ? contactHref(item.external_userid) : accountHref(item.account_id)} className="who-link">
                    {nameOf(item)}
                  </Go>
                </h2>
                <span className="who-company" translate="no">
                  {companyOf(item) !== nameOf(item) ? companyOf(item) : word('m.event', item.note)}
                </span>
              </div>
              <time className="soft" dateTime={item.at}>
                {formatAgo(item.at, now)}
              </time>
            </div>
            <div className="alert-text">
              <p className="card-text">
                <span className="kind">{t(`m.kind.${item.kind}`)}</span>{' '}
                <span translate="no">{item.title || t(`m.text.${item.kind}`)}</span>
              </p>
              {!known && (
                <button type="button" className="button" onClick={see([item])}>
                  {t('m.seen')}
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </>
  )
}
