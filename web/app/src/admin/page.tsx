import { type ReactNode, useEffect } from 'react'
import { t } from '../shared/i18n'

interface PageProps {
  title: string
  /** The title is what somebody has called it. */
  named?: boolean
  lede?: ReactNode
  actions?: ReactNode
  /** Uses the whole width: editors and graphs. */
  wide?: boolean
  children: ReactNode
}

/** A page: its one h1, what it is for, what can be done, and its content. */
export function Page({ title, named = false, lede, actions, wide = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · ${t('brand')}`
  }, [title])
  return (
    <div className={wide ? 'page wide' : 'page'}>
      <div className="page-head">
        <div>
          <h1 translate={named ? 'no' : undefined}>{title}</h1>
          {lede && <p className="lede">{lede}</p>}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </div>
      {children}
    </div>
  )
}
