import { useState } from 'react'
import { t, word } from '../../shared/i18n'
import { Go } from '../go'
import { Avatar } from '../parts/avatar'
import { ScoreChip, StageChip, TierChip } from '../parts/chips'
import { DueWords } from '../parts/due-words'
import { type Entry, type Item, keyOf } from '../queue'
import { accountHref, contactHref } from '../route'
import { EntryActions } from './entry-actions'
import { companyOf, nameOf } from './names'

/** What a card is about, before whom it is about. */
function headline(item: Item): string {
  switch (item.kind) {
    case 'prompt':
    case 'action':
      return item.title
    case 'send':
      return item.title || word('channel', item.channel)
    case 'lead':
      return item.note
    case 'news':
      return word('m.event', item.note)
    default:
      return ''
  }
}

/** What is to be done, or what has happened, in words. */
function body(item: Item): string {
  switch (item.kind) {
    case 'news':
      return item.title
    case 'action':
      return ''
    case 'handover':
      return item.text || t('m.text.handover')
    case 'lead':
    case 'lost':
    case 'hot':
      return t(`m.text.${item.kind}`)
    default:
      return item.text
  }
}

function Who({ item }: { item: Item }) {
  const company = companyOf(item)
  const href = item.external_userid ? contactHref(item.external_userid) : item.account_id > 0 ? accountHref(item.account_id) : undefined
  return (
    <div className="who">
      <Avatar id={item.contact_id || item.account_id} name={nameOf(item)} size={40} company={item.contact_id === 0} />
      <div className="who-words">
        <span className="who-name">
          <span translate="no">
            {href ? (
              <Go to={href} className="who-link">
                {nameOf(item)}
              </Go>
            ) : (
              nameOf(item)
            )}
          </span>
          <TierChip tier={item.tier} />
        </span>
        {company && company !== nameOf(item) && (
          <span className="who-company" translate="no">
            {company}
          </span>
        )}
        {(item.stage || item.score !== null) && (
          <div className="chips">
            <StageChip stage={item.stage} />
            <ScoreChip score={item.score} />
          </div>
        )}
      </div>
    </div>
  )
}

const shown = 4

interface PeopleProps {
  items: Item[]
  off: ReadonlySet<string>
  toggle: (key: string) => void
}

/** The customers of one step, each of whom can be left out. */
function People({ items, off, toggle }: PeopleProps) {
  const [all, setAll] = useState(false)
  const list = all ? items : items.slice(0, shown)
  return (
    <ul className="people">
      {list.map((item) => (
        <li key={keyOf(item)}>
          <label>
            <input type="checkbox" checked={!off.has(keyOf(item))} onChange={() => toggle(keyOf(item))} />
            <span className="people-name" translate="no">
              {nameOf(item)}
            </span>
            <span className="people-company" translate="no">
              {companyOf(item)}
            </span>
          </label>
          <TierChip tier={item.tier} />
          <Go to={contactHref(item.external_userid)} className="people-go">
            <span className="unseen">
              {t('m.open')} <span translate="no">{nameOf(item)}</span>
            </span>
            <span aria-hidden="true">›</span>
          </Go>
        </li>
      ))}
      {items.length > shown && (
        <li>
          <button type="button" className="link" onClick={() => setAll(!all)}>
            {all ? t('m.people.less') : t('m.people.more', { n: items.length - shown })}
          </button>
        </li>
      )}
    </ul>
  )
}

/** One entry of the day: what, for whom, until when, and what can be done with it. */
export function EntryCard({ entry, now }: { entry: Entry; now: Date }) {
  const [off, setOff] = useState<ReadonlySet<string>>(new Set())
  const { items } = entry
  const [first] = items
  const many = items.length > 1
  const toggle = (key: string) => setOff(off.has(key) ? new Set([...off].filter((k) => k !== key)) : new Set([...off, key]))
  const text = body(first)
  return (
    <li className={`card kind-${first.kind}`}>
      <div className="card-top">
        <h2>
          <span className="kind">{t(`m.kind.${first.kind}`)}</span> <span translate="no">{headline(first)}</span>
        </h2>
        <DueWords iso={first.due_at} now={now} />
      </div>
      {!many && first.kind !== 'send' && <Who item={first} />}
      {first.kind === 'send' && <p className="soft">{t('m.send.people', { n: first.people, what: word('channel', first.channel) })}</p>}
      {many && <p className="soft">{t('m.people', { n: items.length })}</p>}
      {text && (
        <p className="card-text" translate="no">
          {text}
        </p>
      )}
      {many && <People items={items} off={off} toggle={toggle} />}
      <EntryActions items={items.filter((i) => !off.has(keyOf(i)))} now={now} />
    </li>
  )
}
