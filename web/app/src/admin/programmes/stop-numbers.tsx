import { Progress } from 'antd'
import type { Schema } from '../../shared/api'
import { formatNumber, t } from '../../shared/i18n'

type Stop = Schema<'Stop'>

/** Whether WeCom's tasks are still being taken back. */
export const isStopping = (stop: Stop): boolean => stop.open + stop.cancelling > 0

/** How far a kill switch is: what is held, taken back, and what could not be. */
export function StopNumbers({ stop }: { stop: Stop }) {
  const all = stop.open + stop.cancelling + stop.cancelled + stop.not_stoppable
  const over = stop.cancelled + stop.not_stoppable
  const numbers = ['held', 'open', 'cancelling', 'cancelled', 'not_stoppable'] as const
  return (
    <div role="status">
      <div className="numbers">
        {numbers.map((n) => (
          <div key={n}>
            <b>{formatNumber(stop[n])}</b>
            <span>{t(`ui.stop.${n}`)}</span>
          </div>
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
