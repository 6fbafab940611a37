import { formatInstant, t } from '../shared/i18n'
import { customerPhone, viewOf } from './board'
import { Bubbles } from './bubbles'
import { Composer } from './composer'
import { usePlay } from './data'
import { demo } from './demo'
import { Icon } from './icon'
import { Moments } from './moments'
import { PhoneFrame, PhoneTabs, ScreenHead } from './phone'
import { Problem } from './problem'
import { useBoard } from './store'
import type { Chat, CustomerPhone as Phone } from './types'

/** A customer's WeChat: chats with reps, and moments. */
export function CustomerPhone({ phone, now }: { phone: Phone; now: string }) {
  const { board, act } = useBoard()
  const id = customerPhone(phone.external_userid)
  const view = viewOf(board, id)
  const chat = phone.chats.find((c) => c.userid === (view.chat || (phone.chats.length === 1 ? phone.chats[0]?.userid : '')))
  const known = board.known === phone.external_userid
  return (
    <PhoneFrame
      id={id}
      name={phone.name}
      note={phone.company}
      now={now}
      tools={
        <button
          type="button"
          className="pill"
          aria-pressed={known}
          data-tour={known ? undefined : 'known'}
          onClick={() => act({ do: 'know', customer: phone.external_userid })}
        >
          <Icon name="eye" />
          {t('sim.known')}
        </button>
      }
    >
      {view.tab === 'moments' ? (
        <Moments
          customer={phone.external_userid}
          lines={phone.moments}
          names={Object.fromEntries(phone.chats.map((c) => [c.userid, c.member]))}
        />
      ) : chat ? (
        <OneChat chat={chat} back={phone.chats.length > 1 ? () => act({ do: 'view', phone: id, view: { chat: '' } }) : undefined} />
      ) : (
        <Chats chats={phone.chats} open={(userid) => act({ do: 'view', phone: id, view: { chat: userid } })} />
      )}
      <PhoneTabs
        value={view.tab === 'moments' ? 'moments' : 'chats'}
        onChange={(tab) => act({ do: 'view', phone: id, view: { tab } })}
        tabs={[
          { key: 'chats', label: t('sim.tab.chats'), count: 0, icon: 'chat' },
          { key: 'moments', label: t('sim.tab.moments'), count: 0, icon: 'moments' },
        ]}
      />
    </PhoneFrame>
  )
}

function Chats({ chats, open }: { chats: Chat[]; open: (userid: string) => void }) {
  return (
    <>
      <ScreenHead title={t('sim.tab.chats')} />
      <ul className="list">
        {chats.map((c) => {
          const last = c.lines.at(-1)
          return (
            <li key={c.userid}>
              <button type="button" className="row" onClick={() => open(c.userid)}>
                <span className="portrait" aria-hidden>
                  {[...c.member][0]}
                </span>
                <span className="what">
                  <strong translate="no">{c.member}</strong>
                  <small translate="no">{last?.text}</small>
                </span>
                {last && <time dateTime={last.at}>{formatInstant(last.at)}</time>}
              </button>
            </li>
          )
        })}
        {chats.length === 0 && <li className="notice">{t('sim.nobody')}</li>}
      </ul>
    </>
  )
}

function OneChat({ chat, back }: { chat: Chat; back?: () => void }) {
  const leave = usePlay(() => demo.leave(chat.userid, chat.external_userid, 'customer'))
  return (
    <>
      <ScreenHead title={<span translate="no">{chat.member}</span>} note={t('sim.wecom')} back={back}>
        {!chat.lost && (
          <button type="button" className="quiet" disabled={leave.isPending} onClick={() => leave.mutate(undefined)}>
            {t('sim.leave')}
          </button>
        )}
      </ScreenHead>
      <Problem error={leave.error} />
      <Bubbles chat={chat} mine="customer" />
      <Composer from="customer" userid={chat.userid} customer={chat.external_userid} disabled={chat.lost} />
    </>
  )
}
