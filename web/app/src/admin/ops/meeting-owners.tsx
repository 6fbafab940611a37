import { formatNumber, t } from '../../shared/i18n'
import { RepName } from '../people/rep-name'
import { Go } from './go'
import type { MeetingSearch, Owner } from './meeting-data'
import './meeting.css'

interface MeetingOwnersProps {
  owners: readonly Owner[]
  search: MeetingSearch
}

/** Whose accounts have been touched and whose not, who has most untouched ones first. */
export function MeetingOwners({ owners, search }: MeetingOwnersProps) {
  const top = Math.max(1, ...owners.map((o) => o.accounts))
  return (
    <ul className="owners">
      {owners.map((o) => {
        const theirs = { ...search, owner: o.owner_id, only: undefined, at: undefined }
        return (
          <li key={o.owner_id} className={search.owner === o.owner_id ? 'on' : undefined}>
            <Go to="/meeting" search={theirs} className="owner-name">
              <span translate={o.owner_id ? 'no' : undefined}>
                <RepName id={o.owner_id} name={o.owner_name} />
              </span>
            </Go>
            <span className="bar-box">
              <span className="bar-line" style={{ width: `${(100 * o.accounts) / top}%` }}>
                {o.zero > 0 && <i className="zero" style={{ flexGrow: o.zero }} />}
                {o.accounts - o.zero - o.full > 0 && <i className="some" style={{ flexGrow: o.accounts - o.zero - o.full }} />}
                {o.full > 0 && <i className="full" style={{ flexGrow: o.full }} />}
              </span>
            </span>
            <span className="bar-facts">
              <Go to="/meeting" search={theirs}>
                {t('ui.meeting.accounts', { n: o.accounts })}
              </Go>
              {o.zero > 0 && (
                <Go to="/meeting" search={{ ...theirs, only: 'untouched' }} className="bad">
                  {t('ui.meeting.zero', { n: o.zero })}
                </Go>
              )}
              {o.full > 0 && (
                <Go to="/meeting" search={{ ...theirs, only: 'full' }} className="good">
                  {t('ui.meeting.full', { n: o.full })}
                </Go>
              )}
              <Go to="/meeting" search={theirs} className="soft">
                {t('ui.meeting.sides', { m: formatNumber(o.marketing), s: formatNumber(o.sales) })}
              </Go>
            </span>
          </li>
        )
      })}
    </ul>
  )
}
