import { type FormEvent, useState } from 'react'
import { t } from '../../shared/i18n'
import { doing } from '../doing'
import { Sheet } from '../parts/sheet'
import { log, needs } from './outcomes'

/** What the customer has said to one of the four questions. */
export function NeedSheet({ contactID, close }: { contactID: number; close: () => void }) {
  const [key, setKey] = useState(needs[0])
  const [answer, setAnswer] = useState('')
  const submit = (e: FormEvent) => {
    e.preventDefault()
    const text = answer.trim()
    if (!key || !text) return
    const once = crypto.randomUUID()
    doing.do({
      keys: [],
      label: t('m.logged', { what: t(`m.need.${key}`) }),
      run: () => log(contactID, once, { kind: 'need_answered', key, answer: text }),
    })
    close()
  }
  return (
    <Sheet title={t('m.need.title')} close={close}>
      <form onSubmit={submit}>
        <fieldset className="pills">
          <legend className="unseen">{t('m.need.title')}</legend>
          {needs.map((n) => (
            <button key={n} type="button" className="pill" aria-pressed={key === n} onClick={() => setKey(n)}>
              {t(`m.need.${n}`)}
            </button>
          ))}
        </fieldset>
        <label className="field">
          <span className="soft">{t('m.need.answer')}</span>
          <textarea rows={2} maxLength={200} value={answer} onChange={(e) => setAnswer(e.target.value)} />
        </label>
        <button type="submit" className="button primary wide" disabled={!answer.trim()}>
          {t('m.need.save')}
        </button>
      </form>
    </Sheet>
  )
}
