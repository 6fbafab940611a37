import { expect, it } from 'vitest'
import { addPast, noPast } from './past'

const answer = (progress: number, touches: number) => ({
  from: '2026-01-01T00:00:00Z',
  until: '2026-01-31T00:00:00Z',
  progress,
  activities: 5,
  entered: 2,
  load: [
    { day: '2026-01-03', rep_id: 1, rep_name: '李雷', touches, skipped: 1 },
    { day: '2026-01-04', rep_id: 1, rep_name: '李雷', touches: 1, skipped: 0 },
  ],
  next: null,
})

it('adds the answers up, and a rep’s day over them', () => {
  const daily = new Map<string, number>()
  const past = addPast(addPast(noPast(), answer(0.5, 3), daily), answer(1, 4), daily)
  expect(past).toMatchObject({ progress: 1, entered: 4, touches: 9, skipped: 2 })
  expect(past.days.get('2026-01-03')).toBe(7)
  expect(past.reps.get(1)).toEqual({ name: '李雷', touches: 9, busiest: 7 })
})
