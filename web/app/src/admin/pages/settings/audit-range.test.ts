import { expect, test } from 'vitest'
import { dayEnd, dayStart } from './audit-range'

test('a day is whole, in the business zone', () => {
  expect(dayStart('2026-02-28')).toBe('2026-02-28T00:00:00+08:00')
  expect(dayEnd('2026-02-28')).toBe('2026-03-01T00:00:00+08:00')
  expect(dayEnd('2025-12-31')).toBe('2026-01-01T00:00:00+08:00')
})

test('what is no day filters nothing', () => {
  for (const text of [undefined, '', 'today', '2026-13-01', '2026-1-1']) {
    expect(dayStart(text)).toBeUndefined()
    expect(dayEnd(text)).toBeUndefined()
  }
})
