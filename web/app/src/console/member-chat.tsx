import { type ReactNode, useState } from 'react'
import { t } from '../shared/i18n'
import { Bubbles } from './bubbles'
import { Composer } from './composer'
import { usePlay, useTags } from './data'
import { demo } from './demo'
import { Icon } from './icon'
import { ScreenHead } from './phone'
import { Problem } from './problem'
import type { Chat, Tag } from './types'

/** A rep's chat with one customer, and the tags that the rep gives by hand. */
export function MemberChat({ chat, back, children }: { chat: Chat; back: () => void; children: ReactNode }) {
  return (
    <>
      <ScreenHead
        title={<span translate="no">{chat.name}</span>}
        note={chat.company ? <span translate="no">@{chat.company}</span> : t('sim.wechat')}
        back={back}
      >
        {children}
      </ScreenHead>
      <Tags chat={chat} />
      <Bubbles chat={chat} mine="member" />
      <Composer from="member" userid={chat.userid} customer={chat.external_userid} disabled={chat.lost} />
    </>
  )
}

// So many tags of the first group are at hand; the others behind a button.
const atHand = 3

function Tags({ chat }: { chat: Chat }) {
  const all = useTags().data?.tags ?? []
  const [more, setMore] = useState(false)
  const give = usePlay((tag: Tag) => {
    const has = chat.tags.some((own) => own.id === tag.id)
    return demo.tag(chat.userid, chat.external_userid, has ? [] : [tag.id], has ? [tag.id] : [])
  })
  const near = all.slice(0, atHand)
  const shown = more ? all : [...near, ...chat.tags.filter((own) => !near.some((tag) => tag.id === own.id))]
  return (
    <div className={more ? 'tags open' : 'tags'}>
      <span className="sr">{t('sim.tags')}</span>
      {shown.map((tag) => (
        <button
          key={tag.id}
          type="button"
          className="tag"
          title={tag.group}
          translate="no"
          aria-pressed={chat.tags.some((own) => own.id === tag.id)}
          data-tour={tag.id === near[0]?.id ? 'tag' : undefined}
          disabled={give.isPending}
          onClick={() => give.mutate(tag)}
        >
          {tag.name}
        </button>
      ))}
      <button type="button" className="tag more" aria-expanded={more} onClick={() => setMore(!more)}>
        <Icon name={more ? 'close' : 'plus'} />
        {t(more ? 'sim.tags.less' : 'sim.tags.more')}
      </button>
      <Problem error={give.error} />
    </div>
  )
}
