import { describe, expect, it } from 'vitest'
import { Calendar } from './calendar'
import { columns } from './ruler'
import type { Placed } from './steps'

const calendar = new Calendar('2026-02-13', [{ day: '2026-02-16', kind: 'off', name: '春节' }])
const at = (day: number, minute = 600, number = 1): Placed => ({
  step: { key: `s${day}-${minute}`, channel: 'group_message', offset: { day } },
  number,
  day,
  minute,
})
const shape = (steps: Placed[], open: number[] = []) =>
  columns(steps, calendar, new Set(open)).map((c) => (c.kind === 'gap' ? `${c.from}…${c.to}` : c.steps.length ? `[${c.day}]` : `${c.day}`))

describe('the ruler', () => {
  it('has a week to begin with', () => expect(shape([])).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']))
  it('shows every day of a short programme and two more', () =>
    expect(shape([at(0), at(3), at(7)])).toEqual(['[0]', '1', '2', '[3]', '4', '5', '6', '[7]', '8', '9']))
  it('folds long stretches and leaves days around the steps', () =>
    expect(shape([at(30), at(45)])).toEqual(['0', '1', '2…28', '29', '[30]', '31', '32', '33…43', '44', '[45]', '46', '47']))
  it('unfolds what is asked for', () => expect(shape([at(12)], [2])).toHaveLength(15))
  it('reaches before the start', () => expect(shape([at(-3), at(0)]).slice(0, 4)).toEqual(['[-3]', '-2', '-1', '[0]']))
  it('has each day once, in order', () => {
    for (const days of [[5], [0, 20, 90], [-40, 3], [1, 2, 60, 61]]) {
      const seen = columns(
        days.map((d) => at(d)),
        calendar,
        new Set(),
      ).flatMap((c) => (c.kind === 'gap' ? Array.from({ length: c.to - c.from + 1 }, (_, i) => c.from + i) : [c.day]))
      expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => (seen[0] ?? 0) + i))
      expect(days.every((d) => seen.includes(d))).toBe(true)
    }
  })
  it('stacks a day by time', () => {
    const [first] = columns([at(0, 900, 1), at(0, 540, 2)], calendar, new Set())
    expect(first?.kind === 'day' && first.steps.map((s) => s.minute)).toEqual([540, 900])
  })
  it('knows days off', () => {
    const days = columns([], calendar, new Set()).filter((c) => c.kind === 'day')
    expect(days.map((d) => d.working)).toEqual([true, false, false, false, true, true, true, true])
    expect(days[3]?.holiday).toBe('春节')
  })
})
