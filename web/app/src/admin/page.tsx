import { type ReactNode, useEffect } from 'react'
import { t } from '../shared/i18n'
import { ReachNote } from './reach-note'

interface PageProps {
  title: string
  /** The title is what somebody has called it. */
  named?: boolean
  lede?: ReactNode
  /** Its numbers are of what the one who looks sees, and it says so to who sees a part of the company. */
  narrowed?: boolean
  actions?: ReactNode
  /** Uses the whole width: editors and graphs. */
  wide?: boolean
  children: ReactNode
}

/** A page: its one h1, what it is for, what can be done, and its content. */
export function Page({ title, named = false, lede, narrowed = false, actions, wide = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · ${t('brand')}`
  }, [title])
  return (
    <div className={wide ? 'page wide' : 'page'}>
      <div className="page-head">
        <div>
          <h1 translate={named ? 'no' : undefined}>{title}</h1>
          {lede && (
            <p className="lede">
              {lede} {narrowed && <ReachNote />}
            </p>
          )}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </div>
      {children}
    </div>
  )
}
