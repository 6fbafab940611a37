import type { Schema } from '../../shared/api'
import { formatNumber, t } from '../../shared/i18n'
import { Go } from '../ops/go'
import { useLook } from '../theme'

/** How many people's next step is due on each of the next seven days. */
export function DueBars({ line: { id, due, due_to } }: { line: Pick<Schema<'SOPLine'>, 'id' | 'due' | 'due_to'> }) {
  const { palette } = useLook()
  const most = Math.max(1, ...due)
  const total = due.reduce((a, b) => a + b, 0)
  const said = t('ui.sops.due.said', { n: total, days: due.join(' / ') })
  return (
    <span className="due-bars">
      <svg viewBox="0 0 70 26" width={70} height={26} role="img" aria-label={said}>
        <title>{said}</title>
        {due.map((n, i) => {
          const height = n === 0 ? 1.5 : Math.max(3, (n / most) * 24)
          return (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: the place is the day
              key={i}
              x={i * 10 + 1}
              y={26 - height}
              width={8}
              height={height}
              rx={1.5}
              fill={n === 0 ? 'var(--line)' : palette.brand}
            />
          )
        })}
      </svg>
      {total === 0 ? (
        <span>{total}</span>
      ) : (
        <Go to={`/sops/${id}/people`} search={{ due: due_to }} label={said}>
          {formatNumber(total)}
        </Go>
      )}
    </span>
  )
}
