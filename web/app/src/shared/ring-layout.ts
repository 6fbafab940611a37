export type RingSide = 'marketing' | 'sales' | 'open'

export interface Arc {
  side: RingSide
  /** Where the arc begins and ends, in turns from the top, clockwise. */
  from: number
  to: number
}

const most = 12 // segments that can still be told apart
const gap = 0.022

/**
 * The arcs of a touch ring: one per touch while they fit, marketing's first,
 * then sales', the rest open. More touches than are needed share the full ring
 * in their proportion, so that both sides stay visible.
 */
export function ringArcs(marketing: number, sales: number, need: number): Arc[] {
  const total = marketing + sales
  const slots = Math.min(Math.max(need, 1), most)
  const scale = total > slots || need > most ? slots / Math.max(total, need) : 1
  const all = Math.min(Math.round(total * scale), slots)
  const filled = total > 0 ? Math.max(all, Math.min(Number(marketing > 0) + Number(sales > 0), slots)) : 0
  let ours = total > 0 ? Math.round((filled * marketing) / total) : 0
  if (marketing > 0 && ours === 0) ours = Math.min(1, filled)
  if (sales > 0 && ours === filled && filled > 1) ours = filled - 1
  return Array.from({ length: slots }, (_, i) => ({
    side: i < ours ? 'marketing' : i < filled ? 'sales' : 'open',
    from: i / slots + (slots > 1 ? gap / 2 : 0),
    to: (i + 1) / slots - (slots > 1 ? gap / 2 : 0),
  }))
}

/** The SVG path of an arc of a circle around the middle (c, c). */
export function arcPath(c: number, radius: number, { from, to }: Pick<Arc, 'from' | 'to'>): string {
  const point = (turn: number) => {
    const a = turn * 2 * Math.PI - Math.PI / 2
    return `${(c + radius * Math.cos(a)).toFixed(2)} ${(c + radius * Math.sin(a)).toFixed(2)}`
  }
  const end = Math.min(to, from + 0.9999) // a whole turn would begin and end in one point
  return `M ${point(from)} A ${radius} ${radius} 0 ${end - from > 0.5 ? 1 : 0} 1 ${point(end)}`
}
