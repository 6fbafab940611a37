import { describe, expect, it } from 'vitest'
import { dueOf, endsTheDay, snoozes } from './due'

// Monday 2026-03-02, 10:00 in Shanghai.
const now = new Date('2026-03-02T02:00:00Z')

describe('an end', () => {
  it('is late, soon, today, tomorrow or later by the days of Shanghai', () => {
    expect(dueOf('2026-03-02T01:00:00Z', now)).toEqual({ when: 'late', minutes: 60 })
    expect(dueOf('2026-03-02T02:30:00Z', now)).toEqual({ when: 'soon', minutes: 30 })
    expect(dueOf('2026-03-02T15:59:00Z', now).when).toBe('today')
    expect(dueOf('2026-03-02T16:00:00Z', now).when).toBe('today') // midnight ends today
    expect(dueOf('2026-03-02T16:01:00Z', now).when).toBe('tomorrow')
    expect(dueOf('2026-03-04T16:01:00Z', now).when).toBe('later')
  })

  it('may be the end of a day', () => {
    expect(endsTheDay('2026-03-02T16:00:00Z')).toBe(true)
    expect(endsTheDay('2026-03-02T15:00:00Z')).toBe(false)
  })
})

describe('what is put off', () => {
  it('comes back at hours that lie ahead', () => {
    expect(snoozes(now).map((s) => [s.key, s.at.toISOString()])).toEqual([
      ['hour', '2026-03-02T03:00:00.000Z'],
      ['afternoon', '2026-03-02T07:00:00.000Z'],
      ['tomorrow', '2026-03-03T01:00:00.000Z'],
      ['monday', '2026-03-09T01:00:00.000Z'],
    ])
  })

  it('does not offer this afternoon in the evening, nor Monday on a Sunday', () => {
    expect(snoozes(new Date('2026-03-08T15:30:00Z')).map((s) => s.key)).toEqual(['hour', 'tomorrow'])
  })
})
