import { t } from '../../shared/i18n'
import { useOpen } from '../places'
import { Go } from './go'
import './ops.css'

const tabs = { edit: 'ui.sop.tab.edit', people: 'ui.flow.title', results: 'ui.results.title', versions: 'ui.versions' } as const

type Tab = keyof typeof tabs

const pages = { edit: '/sops/$id', people: '/sops/$id/people', results: '/sops/$id/results', versions: '/sops/$id/versions' } as const

/** From one view of a programme to another. */
export function SopTabs({ sop, here }: { sop: number; here: Tab }) {
  const open = useOpen()
  return (
    <nav className="queue-states" aria-label={t('ui.flow.views')}>
      {(Object.keys(tabs) as Tab[])
        .filter((tab) => open(pages[tab]))
        .map((tab) => (
          <Go key={tab} to={tab === 'edit' ? `/sops/${sop}` : `/sops/${sop}/${tab}`} className={here === tab ? 'on' : undefined}>
            {t(tabs[tab])}
          </Go>
        ))}
    </nav>
  )
}
