import { expect, it } from 'vitest'
import { clockWords, urgency } from './sla'

it('is late below nothing and soon within the hour', () => {
  expect([-1, 0, 60, 61].map(urgency)).toEqual(['late', 'soon', 'soon', 'calm'])
})

it('says minutes, then hours, left or over', () => {
  expect(clockWords(45)).toEqual({ key: 'ui.handovers.clock.left.minutes', values: { n: 45 } })
  expect(clockWords(-200)).toEqual({ key: 'ui.handovers.clock.over.hours', values: { n: 3 } })
})
