import { t } from '../shared/i18n'
import { arcPath, ringArcs } from '../shared/ring-layout'

const size = 84
const width = 10

/** The touch ring of a company. */
export function Ring({ marketing, sales, need }: { marketing: number; sales: number; need: number }) {
  const total = marketing + sales
  return (
    <svg className="ring" width={size} height={size} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={t('sim.ring', { total, need })}>
      {ringArcs(marketing, sales, need).map((arc) => (
        <path key={arc.from} className={`arc-${arc.side}`} d={arcPath(size / 2, (size - width) / 2, arc)} strokeWidth={width} />
      ))}
      <text x={size / 2} y={size / 2} dominantBaseline="central" textAnchor="middle">
        {total}
      </text>
    </svg>
  )
}
