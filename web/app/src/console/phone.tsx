import type { ReactNode } from 'react'
import { formatTime, t } from '../shared/i18n'
import { isMember, type PhoneID } from './board'
import { Icon } from './icon'
import { useBoard } from './store'

interface FrameProps {
  id: PhoneID
  name: string
  /** Company or department. */
  note: string
  now: string
  /** What stands above the phone, beside the name. */
  tools?: ReactNode
  /** What stands at its side while it is open. */
  beside?: ReactNode
  children: ReactNode
}

/** A phone: whose it is above it, and its screen. */
export function PhoneFrame({ id, name, note, now, tools, beside, children }: FrameProps) {
  const { act } = useBoard()
  const member = isMember(id)
  return (
    <section className={member ? 'device member' : 'device customer'} aria-label={t(member ? 'sim.phone.member' : 'sim.phone.customer')}>
      <header className="owner">
        <span className="who">
          <span className="role">{t(member ? 'sim.member' : 'sim.customer')}</span>
          <h2 translate="no">{name}</h2>
          <span className="note" translate="no" title={note}>
            {note}
          </span>
        </span>
        {tools}
        <button
          type="button"
          className="icon"
          aria-label={t('sim.hide')}
          title={t('sim.hide')}
          onClick={() => act({ do: 'hide', phone: id })}
        >
          <Icon name="close" />
        </button>
      </header>
      <div className="body">
        <div className="phone">
          <div className="status" aria-hidden>
            <span>{formatTime(now)}</span>
            <span className="island" />
            <span className="battery" />
          </div>
          <div className="screen">{children}</div>
        </div>
        {beside}
      </div>
    </section>
  )
}

/** The bar at the top of what a phone shows. */
export function ScreenHead({
  title,
  note,
  back,
  children,
}: {
  title: ReactNode
  note?: ReactNode
  back?: () => void
  children?: ReactNode
}) {
  return (
    <div className="head">
      {back ? (
        <button type="button" className="icon" aria-label={t('sim.back')} onClick={back}>
          <Icon name="back" />
        </button>
      ) : (
        <span />
      )}
      <div className="title">
        <strong>{title}</strong>
        {note && <small>{note}</small>}
      </div>
      <div className="tools">{children}</div>
    </div>
  )
}

interface TabsProps<T extends string> {
  tabs: { key: T; label: string; count: number; icon: Parameters<typeof Icon>[0]['name']; tour?: string }[]
  value: T
  onChange: (tab: T) => void
}

/** The tabs at a phone's foot, with their dots. */
export function PhoneTabs<T extends string>({ tabs, value, onChange }: TabsProps<T>) {
  return (
    <div className="tabs" role="group" aria-label={t('sim.tabs')}>
      {tabs.map((tab) => (
        <button
          key={tab.key}
          type="button"
          aria-current={tab.key === value ? 'page' : undefined}
          data-tour={tab.tour}
          onClick={() => onChange(tab.key)}
        >
          <Icon name={tab.icon} />
          {tab.label}
          {tab.count > 0 && (
            <span className="dot">
              {tab.count > 99 ? '99+' : tab.count}
              <span className="sr">{t('sim.waiting', { n: tab.count })}</span>
            </span>
          )}
        </button>
      ))}
    </div>
  )
}
