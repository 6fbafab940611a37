import { useQuery } from '@tanstack/react-query'
import { api, must, type Schema } from '../../shared/api'
import { formatDate, t, word } from '../../shared/i18n'
import { Owner, TierChip } from '../parts/chips'
import { Ring } from '../parts/ring'
import { Ask, Loading } from '../parts/states'
import { Actions } from './actions'
import { Buying } from './buying'

type Page = Schema<'AccountPage'>

/** A company for the phone: ring, people by role, what is next, what has happened. */
export function Account({ id }: { id: number }) {
  const query = useQuery({
    queryKey: ['me', 'account', id],
    queryFn: () => must(api.GET('/accounts/{id}', { params: { path: { id }, query: { weeks: 13 } } })),
  })
  return (
    <main>
      <Ask query={query} heading={<h1 className="unseen">{t('m.company')}</h1>} loading={<Loading rows={5} tall />}>
        {(page) => <Known page={page} />}
      </Ask>
    </main>
  )
}

function Known({ page }: { page: Page }) {
  const { account, coverage, why_now } = page
  const owner = page.reps[page.owner.rep_id]
  return (
    <>
      <header className="head">
        <h1 translate="no">{account.name}</h1>
        <div className="chips">
          <TierChip tier={account.tier} />
          <span className="chip">{word('m.lifecycle', account.lifecycle)}</span>
          {account.industry && (
            <span className="chip" translate="no">
              {account.industry}
            </span>
          )}
          <Owner name={owner ?? ''} />
        </div>
      </header>
      {why_now && (
        <p className="why-now card">
          <strong>{t('m.why-now')}</strong> <span translate="no">{why_now.title}</span>
          <span className="soft"> {formatDate(why_now.at)}</span>
        </p>
      )}
      <Touches page={page} />
      <section className="card" aria-labelledby="coverage">
        <h2 id="coverage">
          <span className={`light light-${coverage.level}`}>{t('m.coverage', { known: coverage.known, expected: coverage.expected })}</span>
        </h2>
        <ul className="plain">
          {coverage.reasons.map((r) => (
            <li key={r.code}>{r.text}</li>
          ))}
          {coverage.reasons.length === 0 && <li>{t('m.coverage.good')}</li>}
        </ul>
      </section>
      <Buying people={page.people} />
      <Actions page={page} />
      <Happened events={page.events} />
    </>
  )
}

function Touches({ page: { ring } }: { page: Page }) {
  return (
    <section className="card ring-row" aria-labelledby="ring">
      <Ring ring={ring} size={112} />
      <div>
        <h2 id="ring">{ring.full ? t('m.ring.full') : t('m.ring.left', { n: Math.max(0, ring.need - ring.total) })}</h2>
        <ul className="plain">
          <li>
            <i className="dot marketing" aria-hidden="true" /> {t('m.ring.marketing', { n: ring.marketing })}
          </li>
          <li>
            <i className="dot sales" aria-hidden="true" /> {t('m.ring.sales', { n: ring.sales })}
          </li>
          <li className="soft">{t('m.ring.recent', { n: ring.recent })}</li>
        </ul>
      </div>
    </section>
  )
}

function Happened({ events }: { events: Page['events'] }) {
  return (
    <section aria-labelledby="events">
      <h2 id="events">{t('m.events')}</h2>
      {events.length === 0 && <p className="soft">{t('m.events.nothing')}</p>}
      <ol className="lines">
        {events.slice(0, 8).map((e) => (
          <li key={e.id} className="line">
            <span>
              <span className="kind">{word('m.event', e.kind)}</span> <span translate="no">{e.title}</span>
            </span>
            <time className="soft" dateTime={e.at}>
              {formatDate(e.at)}
            </time>
          </li>
        ))}
      </ol>
    </section>
  )
}
