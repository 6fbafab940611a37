import { t } from '../../../shared/i18n'
import { type GraphCell, radius } from './graph-layout'

const gap = 2

/** What reached somebody in a week: a disc for marketing, a square on its corner for sales; a hook where there was an answer. */
export function Mark({ cell }: { cell: GraphCell }) {
  const m = radius(cell.marketing)
  const s = radius(cell.sales)
  const width = Math.max(14, 2 * m + 2 * s + (m && s ? gap : 0) + 4)
  const height = 26
  const middle = height / 2
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden>
      {m > 0 && <circle className="mark-marketing" cx={s > 0 ? 2 + m : width / 2} cy={middle} r={m} />}
      {s > 0 && (
        <rect
          className="mark-sales"
          x={-s * 0.85}
          y={-s * 0.85}
          width={s * 1.7}
          height={s * 1.7}
          rx={1}
          transform={`translate(${m > 0 ? width - 2 - s : width / 2} ${middle}) rotate(45)`}
        />
      )}
      {cell.responses > 0 && <path className="mark-response" d={`M ${width / 2 - 4} 3.5 l 3 3 l 5.5 -5.5`} />}
    </svg>
  )
}

/** A mark in words. */
export function markWords(name: string, monday: string, cell: GraphCell): string {
  const week = t('ui.graph.week', { month: Number(monday.slice(5, 7)), day: Number(monday.slice(8)) })
  const parts = [
    cell.marketing > 0 && t('ui.graph.marketing.n', { n: cell.marketing }),
    cell.sales > 0 && t('ui.graph.sales.n', { n: cell.sales }),
    cell.responses > 0 && t('ui.graph.responses', { n: cell.responses }),
  ].filter(Boolean)
  return t('ui.graph.mark', { name, week, what: parts.join(t('ui.list.comma')) })
}

/** What the shapes and colours mean. */
export function Legend() {
  const one = { marketing: 0, sales: 0, responses: 0 }
  return (
    <p className="graph-legend">
      <span>
        <Mark cell={{ ...one, marketing: 2 }} /> {t('ui.side.marketing')}
      </span>
      <span>
        <Mark cell={{ ...one, sales: 2 }} /> {t('ui.side.sales')}
      </span>
      <span>
        <Mark cell={{ ...one, responses: 1 }} /> {t('ui.graph.answered')}
      </span>
      <span className="soft">{t('ui.graph.size')}</span>
    </p>
  )
}
