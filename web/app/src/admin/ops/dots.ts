export interface Dot {
  id: number
  x: number
  y: number
  late: boolean
}

interface Box {
  width: number
  /** The height of the limit. */
  top: number
  bottom: number
}

/** Where the latest welcomes stand in their picture: one stroke each, the limit at the top; what is later ends a little above. */
export function dotsOf(list: readonly { touch_id: number; seconds: number }[], limit: number, box: Box): Dot[] {
  const step = box.width / Math.max(list.length, 12)
  return list.map((w, i) => {
    const late = w.seconds > limit
    const high = Math.max(0.03, w.seconds / limit) * (box.bottom - box.top)
    return { id: w.touch_id, x: (i + 0.5) * step, y: late ? box.top - 8 : box.bottom - high, late }
  })
}
