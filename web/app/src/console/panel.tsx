import type { ReactNode } from 'react'
import { t } from '../shared/i18n'
import { Icon } from './icon'
import { useBoard } from './store'

/** A drawer at the right, which leaves the phones usable. */
export function Panel({ title, lede, children }: { title: string; lede: string; children: ReactNode }) {
  const { act } = useBoard()
  return (
    <aside className="panel" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <button type="button" className="icon" aria-label={t('sim.close')} onClick={() => act({ do: 'drawer', drawer: '' })}>
          <Icon name="close" />
        </button>
      </header>
      <p className="lede">{lede}</p>
      {children}
    </aside>
  )
}
