import type { Schema } from '../../shared/api'
import { formatDay, formatTime, t, word } from '../../shared/i18n'
import type { Placed } from './steps'

export type Expected = Schema<'Forecast'>['if_added_today'][number]

/** Why a step does not come when it says, in a few words; empty when it does. */
export function whyMoved(e: Expected): string {
  if (e.skipped) return t('ui.sop.if.skipped', { why: e.limit_text || e.reason_text })
  const why = [[e.holiday, e.reason_text].filter(Boolean).join(' '), e.limit_text].filter(Boolean).join(t('ui.sop.if.and'))
  return why && t('ui.sop.if.moved', { why, when: `${formatDay(e.at)} ${formatTime(e.at)}` })
}

interface IfAddedProps {
  expected: Expected[]
  steps: Placed[]
  onOpen: (key: string) => void
}

/** What somebody who is added today would get, and when. */
export function IfAdded({ expected, steps, onOpen }: IfAddedProps) {
  const placed = new Map(steps.map((s) => [s.step.key, s]))
  return (
    <ol className="if-added">
      {expected.map((e) => (
        <li key={e.step_key} className={e.skipped ? 'skipped' : undefined}>
          <button type="button" onClick={() => onOpen(e.step_key)}>
            <span className="if-number">{placed.get(e.step_key)?.number}</span>
            <span>
              <b>
                {formatDay(e.at)} {formatTime(e.at)}
              </b>{' '}
              {word('channel', e.channel)}
              {whyMoved(e) && <small>{whyMoved(e)}</small>}
            </span>
          </button>
        </li>
      ))}
    </ol>
  )
}
