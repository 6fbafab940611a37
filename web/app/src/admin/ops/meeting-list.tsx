import { formatDate, t } from '../../shared/i18n'
import { StageTag } from '../people/stage-tag'
import { DotsRow } from './dots-row'
import { Go } from './go'
import type { Meeting, MeetingSearch } from './meeting-data'
import './meeting.css'

interface MeetingListProps {
  rows: readonly Meeting[]
  search: MeetingSearch
}

/** The accounts of the meeting in its order; each opens on the big screen. */
export function MeetingList({ rows, search }: MeetingListProps) {
  return (
    <ol className="meeting-list">
      {rows.map((r, i) => (
        <li key={r.id}>
          <Go to="/meeting" search={{ ...search, at: i }} className="meeting-name">
            <span translate="no">{r.name}</span>
            {r.review && <span className="mark">{t('ui.meeting.review')}</span>}
            {r.why_now && <span className="mark">{t('ui.meeting.why-now')}</span>}
          </Go>
          <span className="soft" translate={r.owner_id ? 'no' : undefined}>
            {r.owner_name || t('ui.rep.nobody')}
          </span>
          <DotsRow marketing={r.ring.marketing} sales={r.ring.sales} need={r.ring.need} />
          <StageTag stage={r.stage} />
          <span className={r.next?.late ? 'bad' : 'soft'}>
            {r.next ? (
              <>
                <span translate="no">{r.next.title}</span> {formatDate(r.next.due_day)}
              </>
            ) : (
              t('ui.meeting.no-next')
            )}
          </span>
        </li>
      ))}
    </ol>
  )
}
