import type { Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { EntryActions } from '../day/entry-actions'
import { useDoing } from '../doing'
import { DueWords } from '../parts/due-words'
import { keyOf } from '../queue'
import { Item as ItemText } from './now-item'

/** What to do now about this customer. */
export function Now({ contact, now }: { contact: Schema<'MyContact'>; now: Date }) {
  const { hidden } = useDoing()
  const items = contact.items.filter((i) => !hidden.has(keyOf(i)))
  return (
    <section aria-labelledby="now">
      <h2 id="now">{t('m.now')}</h2>
      {items.length === 0 && <p className="soft">{t('m.now.nothing')}</p>}
      <ul className="cards">
        {items.map((item) => (
          <li key={keyOf(item)} className={`card kind-${item.kind}`}>
            <div className="card-top">
              <h3>
                <span className="kind">{t(`m.kind.${item.kind}`)}</span> <span translate="no">{item.title}</span>
              </h3>
              <DueWords iso={item.due_at} now={now} />
            </div>
            <ItemText item={item} able={contact.relationship === 'active' && contact.consent !== 'refused'} />
            <EntryActions items={[item]} now={now} inChat />
          </li>
        ))}
      </ul>
    </section>
  )
}
