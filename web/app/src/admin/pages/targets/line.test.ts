import { expect, test } from 'vitest'
import { line } from './line'

test('the line begins at the left, ends at the right, and the most is at the top', () => {
  expect(line([0, 5, 10], 100, 30)).toEqual({ path: 'M 4 29 L 50 16.5 L 96 4', end: { x: 96, y: 4 } })
})

test('a list that never had anybody lies on the ground', () => {
  expect(line([0, 0], 100, 30).path).toBe('M 4 29 L 96 29')
})
