import { expect, test } from 'vitest'
import { fates, lostFates, partsOf, sumOf } from './fate'

test('the parts of a bar add up and come in the order of fates', () => {
  const parts = partsOf({ exited: 1, sent: 2, waiting: 0, failed: 1 })
  expect(parts.map((p) => p.fate)).toEqual(['sent', 'failed', 'exited'])
  expect(parts.reduce((sum, p) => sum + p.share, 0)).toBe(1)
  expect(sumOf({ exited: 1, sent: 2, failed: 1 })).toBe(4)
})

test('a bar of nothing has no parts', () => {
  expect(partsOf({})).toEqual([])
})

test('what is lost is part of what there is', () => {
  for (const f of lostFates) expect(fates).toContain(f)
})
