/** A line through values from left to right, which stands on 0 and stays within its frame. */
export function line(values: number[], width: number, height: number): { path: string; end: { x: number; y: number } } {
  const most = Math.max(1, ...values)
  const edge = 4
  const points = values.map((n, i) => ({
    x: round(edge + (i / Math.max(1, values.length - 1)) * (width - 2 * edge)),
    y: round(height - 1 - (n / most) * (height - 1 - edge)),
  }))
  return {
    path: points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'} ${x} ${y}`).join(' '),
    end: points.at(-1) ?? { x: edge, y: height - 1 },
  }
}

const round = (n: number) => Math.round(n * 10) / 10
