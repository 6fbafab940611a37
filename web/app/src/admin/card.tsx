import { type ReactNode, useId } from 'react'
import './card.css'

interface CardProps {
  title: ReactNode
  /** What can be done with it. */
  actions?: ReactNode
  /** Fills the row of a grid of cards. */
  wide?: boolean
  id?: string
  children: ReactNode
}

/** A part of a page with a heading of its own. */
export function Card({ title, actions, wide = false, id, children }: CardProps) {
  const own = useId()
  return (
    <section className={wide ? 'card wide' : 'card'} aria-labelledby={own} id={id}>
      <div className="card-head">
        <h2 id={own}>{title}</h2>
        {actions && <div className="card-actions">{actions}</div>}
      </div>
      {children}
    </section>
  )
}
