import { formatInstant, t } from '../shared/i18n'
import { ScreenHead } from './phone'
import type { MemberPhone } from './types'

interface Props {
  phone: MemberPhone
  /** How many cards of the app wait for an answer. */
  cards: number
  open: (chat: string) => void
}

/** A rep's list of chats; the product's app stands above the customers. */
export function MemberChats({ phone, cards, open }: Props) {
  const last = phone.messages.at(-1)
  return (
    <>
      <ScreenHead title={t('sim.tab.messages')} note={t('sim.customers', { n: phone.customers })} />
      <ul className="list">
        <li>
          <button type="button" className="row app" onClick={() => open('app')}>
            <span className="portrait brandmark" aria-hidden>
              <img src="/icon.svg" alt="" />
            </span>
            <span className="what">
              <strong>{t('sim.app')}</strong>
              <small translate={last ? 'no' : undefined}>{last ? last.text.split('\n')[0] : t('sim.app.none')}</small>
            </span>
            {cards > 0 && <span className="dot inline">{cards}</span>}
          </button>
        </li>
        {phone.chats.map((c) => (
          <li key={c.external_userid}>
            <button type="button" className="row" onClick={() => open(c.external_userid)}>
              <span className="portrait" aria-hidden>
                {[...c.name][0]}
              </span>
              <span className="what" translate="no">
                <strong>
                  {c.name} {c.company && <em>@{c.company}</em>}
                </strong>
                <small>{c.last?.text}</small>
              </span>
              {c.last && <time dateTime={c.last.at}>{formatInstant(c.last.at)}</time>}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
