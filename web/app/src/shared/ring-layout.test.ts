import { describe, expect, it } from 'vitest'
import { arcPath, ringArcs } from './ring-layout'

const sides = (m: number, s: number, need: number) =>
  ringArcs(m, s, need)
    .map((a) => a.side[0])
    .join('')

describe('ringArcs', () => {
  it('gives every touch a segment', () => {
    expect(sides(0, 0, 6)).toBe('oooooo')
    expect(sides(2, 1, 6)).toBe('mmsooo')
    expect(sides(3, 3, 6)).toBe('mmmsss')
  })
  it('shares a full ring in proportion', () => {
    expect(sides(12, 0, 6)).toBe('mmmmmm')
    expect(sides(8, 4, 6)).toBe('mmmmss')
  })
  it('keeps the smaller side visible', () => {
    expect(sides(40, 1, 6)).toBe('mmmmms')
    expect(sides(1, 40, 6)).toBe('msssss')
  })
  it('draws a need that is too long for segments as a share', () => {
    expect(ringArcs(10, 10, 40)).toHaveLength(12)
    expect(sides(10, 10, 40)).toBe('mmmsssoooooo')
    expect(sides(1, 0, 100)).toBe('mooooooooooo')
  })
  it('covers the turn without overlap', () => {
    const arcs = ringArcs(1, 2, 6)
    for (const [i, a] of arcs.entries()) {
      expect(a.to).toBeGreaterThan(a.from)
      expect(a.from).toBeGreaterThanOrEqual(arcs[i - 1]?.to ?? 0)
    }
    expect(arcs.at(-1)?.to).toBeLessThanOrEqual(1)
  })
  it('closes the ring where one touch is enough', () => expect(ringArcs(0, 1, 1)).toEqual([{ side: 'sales', from: 0, to: 1 }]))
})

describe('arcPath', () => {
  it('begins at the top and goes clockwise', () =>
    expect(arcPath(10, 8, { from: 0, to: 0.25 })).toBe('M 10.00 2.00 A 8 8 0 0 1 18.00 10.00'))
  it('never ends where it began', () => expect(arcPath(10, 8, { from: 0, to: 1 })).not.toContain('1 1 10.00 2.00'))
})
