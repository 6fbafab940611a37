import type { Schema } from '../../shared/api'
import { formatTime, t, word } from '../../shared/i18n'
import { Drawer } from '../drawer'
import { ContactName } from '../people/contact-name'
import { dayOfInstant } from './calendar'
import { dateWords } from './words'

type Prospect = Schema<'Prospect'>

interface RowsProps {
  day: string | undefined
  touches: Prospect[]
  onClose: () => void
}

/** Who would get what on a day, and who would not and why. */
export function ForecastRows({ day, touches, onClose }: RowsProps) {
  const rows = touches.filter((p) => day && dayOfInstant(p.at) === day)
  return (
    <Drawer open={day !== undefined} onClose={onClose} title={day && t('ui.sop.forecast.on', { day: dateWords(day) })} size={480}>
      {rows.length === 0 && <p className="soft">{t('ui.sop.forecast.beyond')}</p>}
      <ul className="forecast-rows">
        {rows.map((p) => (
          <li key={`${p.contact_id}.${p.group_id}.${p.step_key}`}>
            <time>{formatTime(p.at)}</time>
            <ContactName
              id={p.contact_id}
              name={p.contact_name}
              sub={
                <>
                  {word('channel', p.channel)} · <span translate="no">{p.rep_name}</span>
                </>
              }
            />
            {p.reason_text && <small className="step-moved">{p.reason_text}</small>}
          </li>
        ))}
      </ul>
    </Drawer>
  )
}
