import { t } from '../../shared/i18n'
import { doing } from '../doing'
import { Sheet } from '../parts/sheet'
import { log } from './outcomes'

const minutes = [1, 3, 5, 10, 20, 30]

/** How long a call was. */
export function CallSheet({ contactID, close }: { contactID: number; close: () => void }) {
  const say = (n: number) => () => {
    const once = crypto.randomUUID()
    doing.do({
      keys: [],
      label: t('m.logged', { what: t('m.log.call_answered') }),
      run: () => log(contactID, once, { kind: 'call_answered', seconds: n * 60 }),
    })
    close()
  }
  return (
    <Sheet title={t('m.call.title')} close={close}>
      <div className="tiles">
        {minutes.map((n) => (
          <button key={n} type="button" className="tile" onClick={say(n)}>
            {t('m.call.minutes', { n })}
          </button>
        ))}
      </div>
    </Sheet>
  )
}
