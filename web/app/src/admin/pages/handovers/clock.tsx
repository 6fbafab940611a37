import { formatInstant, t, word } from '../../../shared/i18n'
import { useLook } from '../../theme'
import { clockWords, type Handover, urgency } from './sla'

/** How much working time is left to answer, or how it was answered. */
export function Clock({ handover: h }: { handover: Handover }) {
  const { palette } = useLook()
  if (h.state !== 'open')
    return (
      <span>
        {h.decided_at && formatInstant(h.decided_at)}{' '}
        <span className="soft" translate="no">
          {h.decided_by}
        </span>
        {h.reject_reason && <div className="soft">{word('loss', h.reject_reason)}</div>}
      </span>
    )
  const { key, values } = clockWords(h.minutes_left)
  const colour = { late: palette.bad, soon: palette.waiting, calm: palette.quiet }[urgency(h.minutes_left)]
  return <strong style={{ color: colour }}>{t(key, values)}</strong>
}
