import { type ReactNode, useState } from 'react'
import { t } from '../../shared/i18n'
import { acceptHandover, finish, takeLead } from '../act'
import { doing } from '../doing'
import { type Item, keyOf } from '../queue'
import { insideWeCom, openChat } from '../wecom'
import { MoreSheet } from './more-sheet'
import { deedLabel } from './names'
import { RejectSheet } from './reject-sheet'
import { SendSheet } from './send-sheet'
import { SnoozeSheet } from './snooze-sheet'
import { WhySheet } from './why-sheet'

type Open = 'snooze' | 'more' | 'why' | 'reject' | 'send'

function Button({ primary, onClick, children }: { primary?: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" className={primary ? 'button primary' : 'button'} onClick={onClick}>
      {children}
    </button>
  )
}

interface ActionsProps {
  items: Item[]
  now: Date
  /** In the chat sending is the first thing to do, and there is no other chat to open. */
  inChat?: boolean
}

/** The one thing to do with items of a kind, and the ways around it. */
export function EntryActions({ items, now, inChat = false }: ActionsProps) {
  const [open, setOpen] = useState<Open>()
  const [first, ...rest] = items
  if (!first) return <p className="soft">{t('m.people.none')}</p>
  const some: [Item, ...Item[]] = [first, ...rest]
  const close = () => setOpen(undefined)
  const deed = (word: string, run: () => Promise<unknown>) => () => doing.do({ keys: some.map(keyOf), label: deedLabel(word, some), run })
  const main = (): ReactNode => {
    switch (first.kind) {
      case 'prompt':
        return (
          <>
            {rest.length === 0 && !inChat && insideWeCom() && (
              <Button onClick={() => void openChat(first.external_userid)}>{t('m.chat')}</Button>
            )}
            <Button primary={!inChat} onClick={deed('m.deed.done', () => finish(some))}>
              {rest.length > 0 ? t('m.done.many', { n: some.length }) : t('m.done')}
            </Button>
          </>
        )
      case 'action':
        return (
          <Button primary onClick={deed('m.deed.done', () => finish(some))}>
            {t('m.done')}
          </Button>
        )
      case 'send':
        return (
          <Button primary onClick={() => setOpen('send')}>
            {t('m.send.go')}
          </Button>
        )
      case 'handover':
        return (
          <>
            <Button onClick={() => setOpen('reject')}>{t('m.reject')}</Button>
            <Button primary onClick={deed('m.deed.accepted', () => acceptHandover(first.id))}>
              {t('m.accept')}
            </Button>
          </>
        )
      case 'lead':
        return (
          <Button primary onClick={deed('m.deed.taken', () => takeLead(first.id))}>
            {t('m.take')}
          </Button>
        )
      case 'lost':
      case 'hot':
      case 'news':
        return <Button onClick={deed('m.deed.seen', () => finish(some))}>{t('m.seen')}</Button>
    }
  }
  const canPutOff = first.kind !== 'prompt' || some.every((i) => i.snoozes > 0)
  return (
    <div className="card-actions">
      {main()}
      {canPutOff && <Button onClick={() => setOpen('snooze')}>{t('m.later')}</Button>}
      {first.kind === 'prompt' && (
        <button type="button" className="icon-button" aria-label={t('m.more')} onClick={() => setOpen('more')}>
          <span aria-hidden="true">⋯</span>
        </button>
      )}
      {open === 'snooze' && <SnoozeSheet items={some} now={now} close={close} />}
      {open === 'more' && <MoreSheet items={some} why={() => setOpen('why')} close={close} />}
      {open === 'why' && <WhySheet touchID={first.id} close={close} />}
      {open === 'reject' && <RejectSheet item={first} close={close} />}
      {open === 'send' && <SendSheet item={first} close={close} />}
    </div>
  )
}
