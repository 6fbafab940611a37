import { expect, test } from 'vitest'
import { reachFor } from './user-rules'

test('a role keeps the reach that it knows', () => {
  expect(reachFor('read', 'departments')).toBe('departments')
  expect(reachFor('manager', 'all')).toBe('all')
  expect(reachFor('manager', 'own')).toBe('departments')
  expect(reachFor('marketer', 'departments')).toBe('all')
  expect(reachFor('rep', '')).toBe('own')
})
