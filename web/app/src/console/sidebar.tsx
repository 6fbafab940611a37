import { useEffect } from 'react'
import { t } from '../shared/i18n'
import { memberPhone } from './board'
import { Icon } from './icon'
import { useBoard } from './store'
import type { Chat } from './types'

interface FromFrame {
  sim: string
  as: string
  ext?: string
}

const isFromFrame = (data: unknown): data is FromFrame => typeof data === 'object' && data !== null && 'sim' in data && 'as' in data

/** The product's own page beside a rep's chat, as WeCom's client opens it. */
export function Sidebar({ userid, chat, close }: { userid: string; chat: Chat; close: () => void }) {
  const { act } = useBoard()
  useEffect(() => {
    function hear(e: MessageEvent): void {
      if (e.origin !== location.origin || !isFromFrame(e.data) || e.data.as !== userid) return
      if (e.data.sim === 'close') close()
      if (e.data.sim === 'open-chat' && e.data.ext)
        act({ do: 'view', phone: memberPhone(userid), view: { tab: 'chats', chat: e.data.ext } })
    }
    window.addEventListener('message', hear)
    return () => window.removeEventListener('message', hear)
  }, [act, close, userid])
  return (
    <div className="sidebar">
      <div className="sidehead">
        <span>{t('sim.sidebar')}</span>
        <button type="button" className="icon" aria-label={t('sim.sidebar.close')} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      {/* The frame's name tells the simulator's wx object whose phone it is on, and whose chat is open. */}
      <iframe
        key={`${userid}:${chat.external_userid}`}
        name={`sim:${userid}:${chat.external_userid}:single_chat_tools`}
        src={`/m/contact?${new URLSearchParams({ external_userid: chat.external_userid })}`}
        title={t('sim.sidebar.title', { name: chat.name })}
      />
    </div>
  )
}
