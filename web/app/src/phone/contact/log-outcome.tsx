import { useState } from 'react'
import type { Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { doing } from '../doing'
import { CallSheet } from './call-sheet'
import { NeedSheet } from './need-sheet'
import { log, type Outcome, outcomes } from './outcomes'

/** What has come of it, with one tap: it counts for score and stage at once. */
export function LogOutcome({ contact }: { contact: Schema<'MyContact'> }) {
  const [open, setOpen] = useState<'call' | 'need'>()
  const close = () => setOpen(undefined)
  const say = (kind: Outcome) => () => {
    const once = crypto.randomUUID()
    doing.do({ keys: [], label: t('m.logged', { what: t(`m.log.${kind}`) }), run: () => log(contact.id, once, { kind }) })
  }
  return (
    <section aria-labelledby="log">
      <h2 id="log">{t('m.log')}</h2>
      <div className="tiles">
        {outcomes.map((kind) => (
          <button key={kind} type="button" className={kind === 'declined' ? 'tile no' : 'tile'} onClick={say(kind)}>
            {t(`m.log.${kind}`)}
          </button>
        ))}
        <button type="button" className="tile" onClick={() => setOpen('call')}>
          {t('m.log.call_answered')}
        </button>
        <button type="button" className="tile" onClick={() => setOpen('need')}>
          {t('m.log.need_answered')}
        </button>
      </div>
      {open === 'call' && <CallSheet contactID={contact.id} close={close} />}
      {open === 'need' && <NeedSheet contactID={contact.id} close={close} />}
    </section>
  )
}
