import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, must, type Schema } from '../../shared/api'
import { formatDay, formatNumber, t } from '../../shared/i18n'
import { useDoing } from '../doing'
import { dueOf } from '../due'
import { useServerNow } from '../parts/clock'
import { Ask, Loading, Nothing } from '../parts/states'
import { countParts, entriesOf, keyOf, type Part, partOf, parts } from '../queue'
import { EntryCard } from './entry-card'
import { Later } from './later'

export const useDay = () =>
  useQuery({ queryKey: ['me', 'day'], queryFn: () => must(api.GET('/me/day')), refetchInterval: 30_000, staleTime: 10_000 })

/** My day: one queue, the most pressing first. */
export function Day() {
  const query = useDay()
  return (
    <main>
      <Ask query={query} heading={<h1>{t('m.day')}</h1>} loading={<Loading tall />}>
        {(day) => <Queue day={day} />}
      </Ask>
    </main>
  )
}

type MyDay = { rep_name: string; now: string; more: boolean; items: Schema<'DayItem'>[]; later: Schema<'DayItem'>[] }

// So many are drawn at first, and more at each press: nobody does forty at once.
const portion = 15

function Queue({ day }: { day: MyDay }) {
  const [part, setPart] = useState<Part>()
  const [shown, setShown] = useState(portion)
  const { hidden } = useDoing()
  const now = useServerNow(day.now)
  const items = day.items.filter((i) => !hidden.has(keyOf(i)))
  const counts = countParts(items)
  const pressing = items.filter((i) => i.due_at && ['late', 'soon'].includes(dueOf(i.due_at, now).when)).length
  const chosen = part && counts[part] > 0 ? part : undefined
  const entries = entriesOf(chosen ? items.filter((i) => partOf(i.kind) === chosen) : items)
  return (
    <>
      <header className="day-head">
        <div>
          <h1>{t('m.day')}</h1>
          <p className="soft">
            {formatDay(now.toISOString())} · <span translate="no">{day.rep_name}</span>
          </p>
        </div>
        <p className="day-left">
          <strong>{formatNumber(items.length)}</strong>
          <span className={pressing > 0 ? 'due soon' : 'soft'}>
            {pressing > 0 ? t('m.day.pressing', { n: pressing }) : t('m.day.left')}
          </span>
        </p>
      </header>
      {items.length > 0 && (
        <fieldset className="pills parts">
          <legend className="unseen">{t('m.parts')}</legend>
          <button type="button" className="pill" aria-pressed={chosen === undefined} onClick={() => setPart(undefined)}>
            {t('m.part.all')} {formatNumber(items.length)}
          </button>
          {parts
            .filter((p) => counts[p] > 0)
            .map((p) => (
              <button key={p} type="button" className="pill" aria-pressed={chosen === p} onClick={() => setPart(p)}>
                {t(`m.part.${p}`)} {formatNumber(counts[p])}
              </button>
            ))}
        </fieldset>
      )}
      {items.length === 0 && <Nothing title={t('m.day.empty')} hint={t(day.later.length > 0 ? 'm.day.empty.later' : 'm.day.empty.hint')} />}
      <ul className="cards">
        {entries.slice(0, shown).map((entry) => (
          <EntryCard key={entry.key} entry={entry} now={now} />
        ))}
      </ul>
      {entries.length > shown && (
        <button type="button" className="button wide" onClick={() => setShown(shown + portion)}>
          {t('m.day.rest', { n: entries.length - shown })}
        </button>
      )}
      {day.more && <p className="soft">{t('m.day.more')}</p>}
      <Later items={day.later} />
    </>
  )
}
