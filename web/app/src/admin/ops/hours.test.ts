import { expect, test } from 'vitest'
import { clockOf, nextBusy, shownHours, tallest } from './hours'

const day = Array.from({ length: 24 }, (_, hour) => ({ hour, fates: {}, ahead: 0 }))
const busy = (hour: number, sent: number, ahead = 0) => day.map((h) => (h.hour === hour ? { hour, fates: { sent }, ahead } : h))

test('a quiet day shows the working hours', () => {
  expect(shownHours(day, 10).map((h) => h.hour)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20])
  expect(tallest(day)).toBe(1)
})

test('what happens early or late is shown, and so is now', () => {
  expect(shownHours(busy(3, 1), 10)[0]?.hour).toBe(3)
  expect(shownHours(day, 23).at(-1)?.hour).toBe(23)
  expect(tallest(busy(3, 4, 2))).toBe(6)
})

test('the next hour that brings somebody a step', () => {
  expect(nextBusy(busy(14, 0, 5), 11)?.hour).toBe(14)
  expect(nextBusy(busy(14, 0, 5), 15)).toBeUndefined()
})

test('the clock is the corp’s', () => {
  expect(clockOf('2026-03-02T16:30:00Z', 'Asia/Shanghai')).toEqual({ hour: 0, part: 0.5 })
})
