import type { Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { arcPath, ringArcs } from '../../shared/ring-layout'

/** The touch ring of a company: marketing's and sales' touches against those that it needs. */
export function Ring({ ring, size }: { ring: Schema<'Ring'>; size: number }) {
  const width = Math.max(4, size * 0.12)
  const c = size / 2
  const { marketing, sales, total, need } = ring
  return (
    <svg
      className="ring"
      width={size}
      height={size}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={t('m.ring', { total, need, marketing, sales })}
    >
      {ringArcs(marketing, sales, need).map((arc) => (
        <path key={arc.from} className={`arc-${arc.side}`} d={arcPath(c, c - width / 2, arc)} strokeWidth={width} />
      ))}
      <text x={c} y={c} fontSize={size * 0.34} dominantBaseline="central" textAnchor="middle">
        {total > 99 ? '99+' : total}
      </text>
    </svg>
  )
}
