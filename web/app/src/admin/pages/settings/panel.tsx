import { type ReactNode, useId } from 'react'

interface PanelProps {
  title: string
  lede?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** A part of a page about one thing. */
export function Panel({ title, lede, actions, children }: PanelProps) {
  const id = useId()
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head">
        <div>
          <h2 id={id}>{title}</h2>
          {lede && <p>{lede}</p>}
        </div>
        {actions && <div className="panel-actions">{actions}</div>}
      </div>
      {children}
    </section>
  )
}
