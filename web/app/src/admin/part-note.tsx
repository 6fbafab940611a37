import { t } from '../shared/i18n'
import { useSession } from '../shared/session'

/** Says to whoever sees a part of the company that what follows is of that part. */
export function PartNote() {
  const session = useSession().data
  if (session === undefined || session.reach === 'all') return null
  return <p className="soft">{t('ui.part')}</p>
}
