import { expect, it } from 'vitest'
import { bySeverity, type FindingStatus, verdict } from './severity'

const found = (...statuses: FindingStatus[]) => statuses.map((status, n) => ({ status, n }))

it('puts what is worst first and keeps the order otherwise', () => {
  expect(bySeverity(found('ok', 'warning', 'skipped', 'fault', 'warning')).map((f) => f.n)).toEqual([3, 1, 4, 2, 0])
})

it('judges all findings by the worst', () => {
  expect(verdict(found('ok', 'warning', 'fault'))).toBe('fault')
  expect(verdict(found('ok', 'warning', 'skipped'))).toBe('warning')
  expect(verdict(found('ok', 'ok'))).toBe('ok')
})
