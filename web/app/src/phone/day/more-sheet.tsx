import { t } from '../../shared/i18n'
import { type Answer, answer } from '../act'
import { doing } from '../doing'
import { Go } from '../go'
import { Sheet } from '../parts/sheet'
import { type Item, keyOf } from '../queue'
import { accountHref, contactHref } from '../route'
import { deedLabel } from './names'

interface MoreProps {
  items: [Item, ...Item[]]
  why: () => void
  close: () => void
}

/** What else can be done with prompts: say what the customer answered, ask why. */
export function MoreSheet({ items, why, close }: MoreProps) {
  const [first] = items
  const say = (word: Answer) => () => {
    doing.do({
      keys: items.map(keyOf),
      label: deedLabel(`m.deed.${word}`, items),
      run: () =>
        answer(
          items.map((i) => i.id),
          word,
        ),
    })
    close()
  }
  return (
    <Sheet title={t('m.more')} close={close}>
      <ul className="choices">
        <li>
          <button type="button" onClick={say('positive')}>
            {t('m.answer.positive')}
          </button>
        </li>
        <li>
          <button type="button" onClick={say('no_interest')}>
            {t('m.answer.no_interest')}
          </button>
        </li>
        <li>
          <button type="button" onClick={why}>
            {t('m.why')}
          </button>
        </li>
        {items.length === 1 && (
          <li>
            <Go to={contactHref(first.external_userid)}>{t('m.to.contact')}</Go>
          </li>
        )}
        {items.length === 1 && first.account_id > 0 && (
          <li>
            <Go to={accountHref(first.account_id)}>{t('m.to.account')}</Go>
          </li>
        )}
      </ul>
    </Sheet>
  )
}
