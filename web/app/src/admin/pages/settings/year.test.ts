import { describe, expect, it } from 'vitest'
import { countDays, monthsOf, stepDay, works } from './year'

describe('the year as a picture', () => {
  it('puts the days under their weekdays, from Monday on', () => {
    const [january, february] = monthsOf(2026, [])
    expect(january?.weeks[0]?.map((d) => d?.date)).toEqual([undefined, undefined, undefined, 1, 2, 3, 4])
    expect(february?.weeks[0]?.[6]?.day).toBe('2026-02-01')
    expect(february?.weeks).toHaveLength(5)
  })

  it('has every day of a leap year once', () => {
    const days = monthsOf(2028, []).flatMap((m) => m.weeks.flat().filter(Boolean))
    expect(days).toHaveLength(366)
    expect(new Set(days.map((d) => d?.day)).size).toBe(366)
  })

  it('lets what is announced win over the weekday', () => {
    const [january] = monthsOf(2026, [
      { day: '2026-01-01', kind: 'off', name: '元旦', own: false },
      { day: '2026-01-04', kind: 'work', name: '', own: true },
    ])
    const days = january?.weeks.flat().filter((d) => d !== undefined) ?? []
    const at = (n: number) => days.find((d) => d.date === n)
    expect(days.map(works).slice(0, 5)).toEqual([false, true, false, true, true])
    expect(at(4)?.special?.own).toBe(true)
  })

  it('counts worked and own days', () => {
    expect(countDays(monthsOf(2026, []))).toEqual({ worked: 261, off: 104, own: 0 })
    expect(countDays(monthsOf(2026, [{ day: '2026-05-01', kind: 'off', name: '', own: true }]))).toEqual({ worked: 260, off: 105, own: 1 })
  })

  it('walks the days and stays within the year', () => {
    expect(stepDay('2026-02-28', 1)).toBe('2026-03-01')
    expect(stepDay('2026-03-05', -7)).toBe('2026-02-26')
    expect(stepDay('2026-12-31', 1)).toBe('2026-12-31')
  })
})
