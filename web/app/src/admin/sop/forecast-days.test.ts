import { expect, it } from 'vitest'
import { Calendar } from './calendar'
import { forecastDays } from './forecast-days'

it('adds a day up over its reps and keeps the empty ones', () => {
  const calendar = new Calendar('2026-03-06', [])
  const row = (day: string, rep_id: number, touches: number, skipped: number) => ({ day, rep_id, rep_name: '', touches, calls: 1, skipped })
  const days = forecastDays(
    [row('2026-03-06', 1, 5, 0), row('2026-03-06', 2, 3, 1), row('2026-03-08', 1, 0, 2), row('2026-04-01', 1, 9, 0)],
    '2026-03-05T17:00:00Z', // the 6th in Shanghai
    3,
    calendar,
  )
  expect(days).toEqual([
    { day: '2026-03-06', working: true, touches: 8, calls: 2, skipped: 1, reps: 2 },
    { day: '2026-03-07', working: false, touches: 0, calls: 0, skipped: 0, reps: 0 },
    { day: '2026-03-08', working: false, touches: 0, calls: 1, skipped: 2, reps: 0 },
  ])
})
