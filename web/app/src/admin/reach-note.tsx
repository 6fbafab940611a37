import { t } from '../shared/i18n'
import { useSession } from '../shared/session'

/** Says that what is shown is of a part of the company only, to who sees a part. */
export function ReachNote() {
  if (useSession().data?.reach !== 'departments') return null
  return <span className="reach-note">{t('ui.reach.part')}</span>
}
