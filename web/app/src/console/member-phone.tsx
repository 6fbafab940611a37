import { t } from '../shared/i18n'
import { idOf, memberPhone, viewOf } from './board'
import { Icon } from './icon'
import { MemberChat } from './member-chat'
import { MemberChats } from './member-chats'
import { Messages } from './messages'
import { PhoneFrame, PhoneTabs } from './phone'
import { Sidebar } from './sidebar'
import { useBoard } from './store'
import { Tasks } from './tasks'
import type { Chat, MemberPhone as Phone } from './types'

/** A rep's WeCom: chats, the product's app, what the group-send assistant asks. */
export function MemberPhone({ phone, chats, now }: { phone: Phone; chats: Chat[]; now: string }) {
  const { board, act } = useBoard()
  const id = memberPhone(phone.userid)
  const view = viewOf(board, id)
  const show = (to: Partial<typeof view>) => act({ do: 'view', phone: id, view: to })
  const open = chats.find((c) => c.userid === idOf(id) && c.external_userid === view.chat)
  const pending = phone.tasks.filter((task) => task.status === 'pending').length
  const cards = phone.messages.filter((m) => m.open).length
  const sidebar = view.sidebar && view.tab === 'chats' && open !== undefined
  return (
    <PhoneFrame
      id={id}
      name={phone.name}
      note={phone.department}
      now={now}
      beside={sidebar && <Sidebar userid={phone.userid} chat={open} close={() => show({ sidebar: false })} />}
    >
      {view.tab === 'tasks' ? (
        <Tasks userid={phone.userid} tasks={phone.tasks} />
      ) : view.chat === 'app' ? (
        <Messages userid={phone.userid} messages={phone.messages} back={() => show({ chat: '' })} />
      ) : open ? (
        <MemberChat chat={open} back={() => show({ chat: '' })}>
          <button type="button" className="quiet" aria-pressed={view.sidebar} onClick={() => show({ sidebar: !view.sidebar })}>
            <Icon name="sidebar" />
            {t('sim.sidebar')}
          </button>
        </MemberChat>
      ) : (
        <MemberChats phone={phone} cards={cards} open={(chat) => show({ chat })} />
      )}
      <PhoneTabs
        value={view.tab === 'tasks' ? 'tasks' : 'chats'}
        onChange={(tab) => show({ tab })}
        tabs={[
          { key: 'chats', label: t('sim.tab.messages'), count: cards, icon: 'chat' },
          {
            key: 'tasks',
            label: t('sim.tab.tasks'),
            count: pending,
            icon: 'tasks',
            tour: pending > 0 && view.tab !== 'tasks' ? 'tasks' : undefined,
          },
        ]}
      />
    </PhoneFrame>
  )
}
