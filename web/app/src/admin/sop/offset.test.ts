import { describe, expect, it } from 'vitest'
import { addDays, addMonths, Calendar, dayOfInstant } from './calendar'
import { asKind, clock, dayOf, durationOf, inUnit, minuteOf, minutesOf, movedTo, shiftedHours } from './offset'

// Friday before the Spring Festival of 2026; Saturday the 14th is worked.
const holidays = ['15', '16', '17', '18', '19', '20', '21', '22', '23'].map((d) => ({
  day: `2026-02-${d}`,
  kind: 'off' as const,
  name: '春节',
}))
const calendar = new Calendar('2026-02-13', [...holidays, { day: '2026-02-14', kind: 'work', name: '春节' }])

describe('durations', () => {
  it('reads what the server and people write', () => {
    expect(['30m', '4h0m0s', '3d', '1h30m', '-2h', '0s'].map(minutesOf)).toEqual([30, 240, 4320, 90, -120, 0])
    expect(['', 'soon', '3', undefined].map(minutesOf)).toEqual([undefined, undefined, undefined, undefined])
  })
  it('writes what it reads', () => {
    for (const text of ['30m', '4h', '3d', '1h30m', '-2h']) expect(durationOf(minutesOf(text) ?? 0)).toBe(text)
    expect(durationOf(0)).toBe('0m')
  })
  it('offers the largest whole unit', () => {
    expect([inUnit('4h0m0s'), inUnit('90m'), inUnit('48h')]).toEqual([
      { n: 4, unit: 'h' },
      { n: 90, unit: 'm' },
      { n: 2, unit: 'd' },
    ])
  })
})

describe('the calendar', () => {
  it('knows the business day of an instant', () => {
    expect([dayOfInstant('2026-03-01T15:59:59Z'), dayOfInstant('2026-03-01T16:00:00Z')]).toEqual(['2026-03-01', '2026-03-02'])
  })
  it('does not run over the end of a shorter month', () => expect(addMonths('2026-01-31', 1)).toBe('2026-02-28'))
  it('counts make-up working days and not holidays', () => {
    expect([1, 2].map((n) => calendar.workdaysAfter('2026-02-13', n))).toEqual(['2026-02-14', '2026-02-24'])
    expect(calendar.workdaysAfter('2026-02-24', -1)).toBe('2026-02-14')
    expect(calendar.workdaysUntil('2026-02-13', '2026-02-24')).toBe(2)
  })
})

describe('the place on the ruler', () => {
  it('is the day that a step falls on for somebody added today', () => {
    const offsets = [{ day: 3 }, { workday: 2 }, { week: 1 }, { month: 1 }, { after: '4h' }, { after: '3d' }, {}, { day: -2 }]
    expect(offsets.map((o) => dayOf(o, calendar))).toEqual([3, 11, 7, 28, 0, 3, 0, -2])
  })
  it('orders a day by time, with durations first', () => {
    expect(minuteOf({ after: '4h' })).toBeLessThan(minuteOf({ day: 0, at: '00:00' }))
    expect(minuteOf({ day: 0, at: '09:30' })).toBe(570)
  })
})

describe('a move', () => {
  it('keeps the time of day', () => expect(movedTo({ day: 1, at: '10:00' }, 4, calendar)).toEqual({ day: 4, at: '10:00' }))
  it('keeps what is over whole days', () => expect(movedTo({ after: '1d4h' }, 3, calendar)).toEqual({ after: '76h' }))
  it('of a duration to the start leaves none', () => expect(movedTo({ after: '3d' }, 0, calendar)).toEqual({}))
  it('goes on counting working days', () => expect(movedTo({ workday: 1, at: '10:00' }, 11, calendar)).toEqual({ workday: 2, at: '10:00' }))
  it('off the whole weeks counts days', () => expect(movedTo({ week: 1, at: '09:00' }, 8, calendar)).toEqual({ day: 8, at: '09:00' }))
  it('lands where it is meant to', () => {
    for (const day of [1, 5, 30])
      for (const o of [{ day: 2 }, { after: '90m' }, { week: 2 }, { month: 1 }])
        expect(dayOf(movedTo(o, day, calendar), calendar)).toBe(day)
  })
  it('by hours stays within the day', () => {
    expect(shiftedHours({ day: 1, at: '23:30' }, 1)).toEqual({ day: 1, at: '23:59' })
    expect(shiftedHours({ after: '30m' }, -1)).toEqual({})
    expect(shiftedHours({ day: 1 }, 1)).toEqual({ day: 1, at: '11:00' })
  })
})

describe('counting in another way', () => {
  it('keeps the day', () => {
    for (const kind of ['day', 'after', 'week'] as const) expect(dayOf(asKind({ day: 14, at: '10:00' }, kind, calendar), calendar)).toBe(14)
  })
  it('never counts none', () => expect(asKind({ day: 0 }, 'workday', calendar)).toEqual({ workday: 1, at: '10:00' }))
})

it('writes times of day', () => expect([clock(0), clock(605), addDays('2026-02-28', 1)]).toEqual(['00:00', '10:05', '2026-03-01']))
