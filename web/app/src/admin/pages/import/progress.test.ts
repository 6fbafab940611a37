import { expect, it } from 'vitest'
import { type Import, percent, remap, stepOf, tallies } from './progress'

it('lets one column only mean a field', () => {
  expect(remap(['name', '', 'tier'], 1, 'name')).toEqual(['', 'name', 'tier'])
  expect(remap(['name', 'tier'], 1, '')).toEqual(['name', ''])
  expect(remap(['', ''], 0, '')).toEqual(['', ''])
})

it('knows how far a pass is', () => {
  const at = (rows: number, done: number) => percent({ rows, done } as Import)
  expect([at(0, 0), at(3, 1), at(3, 3), at(200_000, 199_999)]).toEqual([0, 33, 100, 99])
})

it('goes through four steps', () => {
  expect((['loading', 'draft', 'checking', 'checked', 'running', 'done', 'cancelled'] as const).map(stepOf)).toEqual([0, 0, 1, 1, 2, 3, 3])
})

it('tallies only what there is', () => {
  expect(tallies({ new: 2, updated: 0, unchanged: 0, duplicate: 0, pending: 0, faulty: 1, notes: 9 })).toEqual([
    { key: 'new', n: 2 },
    { key: 'faulty', n: 1 },
  ])
})
