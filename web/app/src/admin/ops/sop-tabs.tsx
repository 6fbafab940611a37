import { t } from '../../shared/i18n'
import { Go } from './go'
import './ops.css'

/** From one view of a programme to another. */
export function SopTabs({ sop, here }: { sop: number; here: 'people' | 'results' }) {
  return (
    <nav className="queue-states" aria-label={t('ui.flow.views')}>
      <Go to={`/sops/${sop}/people`} className={here === 'people' ? 'on' : undefined}>
        {t('ui.flow.title')}
      </Go>
      <Go to={`/sops/${sop}/results`} className={here === 'results' ? 'on' : undefined}>
        {t('ui.results.title')}
      </Go>
    </nav>
  )
}
