import { Progress } from 'antd'
import type { Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { stopParts } from '../ops/queue-states'
import { Figure } from './figure'

type Stop = Schema<'Stop'>

/** Whether WeCom's tasks are still being taken back. */
export const isStopping = (stop: Stop): boolean => stop.open + stop.cancelling > 0

/** How far a kill switch, a programme's or the corp's, is: what is held, taken back, and what could not be. */
export function StopNumbers({ stop, sop }: { stop: Stop; sop?: number }) {
  const all = stop.open + stop.cancelling + stop.cancelled + stop.not_stoppable
  const over = stop.cancelled + stop.not_stoppable
  // Before it is thrown: what it would hold and take back.
  const parts = stop.stopped_at ? stopParts : stopParts.filter((p) => p === 'held' || p === 'open')
  return (
    <div role="status">
      <div className="numbers">
        {parts.map((part) => (
          <Figure key={part} n={stop[part]} words={t(`ui.stop.${part}`)} to="/queue" search={{ stop: part, sop }} />
        ))}
      </div>
      {all > 0 && (
        <Progress
          percent={Math.round((100 * over) / all)}
          status={isStopping(stop) ? 'active' : 'success'}
          aria-label={t('ui.stop.progress')}
        />
      )}
      {stop.not_stoppable > 0 && <p>{t('ui.stop.not_stoppable.hint')}</p>}
    </div>
  )
}
