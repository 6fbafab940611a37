import { t } from '../../shared/i18n'
import { arcPath, ringArcs } from '../../shared/ring-layout'
import './people.css'

interface RingProps {
  marketing: number
  sales: number
  /** How many touches fill it. */
  need: number
  size?: number
}

/** The touch ring: how many touches of both sides a company has had, against those that it needs. */
export function Ring({ marketing, sales, need, size = 40 }: RingProps) {
  const total = marketing + sales
  const width = Math.max(4, size * 0.12)
  const c = size / 2
  const label = t('ui.ring.label', { total, need, marketing, sales })
  return (
    <svg className="ring" width={size} height={size} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <title>{label}</title>
      {ringArcs(marketing, sales, need).map((arc) => {
        const d = arcPath(c, c - width / 2, arc)
        return (
          <g key={arc.from}>
            <path className={`arc-${arc.side}`} d={d} strokeWidth={width} />
            {arc.side === 'sales' && <path className="arc-split" d={d} strokeWidth={width / 3} />}
          </g>
        )
      })}
      <text x={c} y={c} fontSize={size * 0.34} dominantBaseline="central" textAnchor="middle">
        {total > 99 ? '99+' : total}
      </text>
    </svg>
  )
}
