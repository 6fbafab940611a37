import { describe, expect, it } from 'vitest'
import { daysOf, firstMark, graphOf, labelled, radius, step } from './graph-layout'
import { buyingGroup, type Person, placeOf } from './shape'

const person = (id: number, role: string, more: Partial<Person> = {}): Person => ({
  id,
  name: `P${id}`,
  position: '',
  department: '',
  present: true,
  role: role as Person['role'],
  role_confidence: 1,
  role_source: 'person',
  seniority: '',
  seniority_confidence: 0,
  seniority_source: '',
  is_kp: false,
  awareness: '',
  stage: '',
  stage_at: null,
  score: null,
  grade: '',
  marketing: 0,
  sales: 0,
  last_touch: null,
  ...more,
})

const weeks = ['2026-02-16', '2026-02-23', '2026-03-02']
const people = [person(1, ''), person(2, 'practitioner'), person(3, 'decision_maker'), person(4, 'cto', { present: false })]
const cell = (contact_id: number, week: string, marketing: number, sales: number, responses = 0) => ({
  contact_id,
  week,
  marketing,
  sales,
  responses,
})
const graph = graphOf(people, weeks, [
  cell(2, weeks[0] ?? '', 1, 2, 1),
  cell(2, weeks[2] ?? '', 3, 0),
  cell(3, weeks[1] ?? '', 0, 1),
  cell(2, '2025-01-06', 9, 9),
  cell(99, weeks[1] ?? '', 9, 9),
])

describe('graphOf', () => {
  it('has who decides first, who has no role behind them, who has left last', () =>
    expect(graph.rows.map((r) => r.person.id)).toEqual([3, 2, 1, 4]))
  it('adds up at both edges, and leaves out what it does not show', () => {
    expect(graph.rows[1]?.total).toEqual({ marketing: 4, sales: 2, responses: 1 })
    expect(graph.totals.map((c) => c.marketing + c.sales)).toEqual([3, 1, 3])
    expect(graph.total).toEqual({ marketing: 4, sales: 3, responses: 1 })
  })
})

describe('step', () => {
  it('goes along a row from mark to mark', () => {
    expect(step(graph, { row: 1, week: 0 }, 'right')).toEqual({ row: 1, week: 2 })
    expect(step(graph, { row: 1, week: 2 }, 'right')).toEqual({ row: 1, week: 2 })
  })
  it('goes to the nearest week of another row, the later one of two', () => {
    expect(step(graph, { row: 0, week: 1 }, 'down')).toEqual({ row: 1, week: 2 })
    expect(step(graph, { row: 1, week: 0 }, 'up')).toEqual({ row: 0, week: 1 })
  })
  it('stays where nothing lies beyond', () => expect(step(graph, { row: 1, week: 0 }, 'down')).toEqual({ row: 1, week: 0 }))
  it('begins at the newest mark of the first row that has one', () => {
    expect(firstMark(graph)).toEqual({ row: 0, week: 1 })
    expect(firstMark(graphOf(people, weeks, []))).toBeUndefined()
  })
})

describe('radius', () => {
  it('grows by area, within bounds', () => {
    expect(radius(0)).toBe(0)
    expect(radius(4)).toBe(2 * radius(1))
    expect(radius(100)).toBe(11)
  })
})

describe('weeks', () => {
  it('have seven days, over the end of a month', () =>
    expect(daysOf('2026-02-23')).toEqual([
      '2026-02-23',
      '2026-02-24',
      '2026-02-25',
      '2026-02-26',
      '2026-02-27',
      '2026-02-28',
      '2026-03-01',
    ]))
  it('are labelled where a month begins', () => expect(labelled(weeks)).toEqual([true, false, true]))
})

describe('buyingGroup', () => {
  it('says of each place whether somebody is missing, known or reached', () => {
    const { seats, unplaced, left } = buyingGroup([...people, person(5, 'boss', { sales: 1 }), person(6, 'competitor')])
    expect(Object.fromEntries(seats.map((s) => [s.place, s.standing]))).toEqual({
      decide: 'touched',
      tech: 'missing',
      buy: 'missing',
      lead: 'missing',
      influence: 'missing',
      use: 'known',
    })
    expect(unplaced.map((p) => p.id)).toEqual([1, 6])
    expect(left.map((p) => p.id)).toEqual([4])
  })
  it('has key persons first', () => {
    const { seats } = buyingGroup([person(1, 'boss', { sales: 5 }), person(2, 'boss', { is_kp: true })])
    expect(seats[0]?.people.map((p) => p.id)).toEqual([2, 1])
  })
  it('puts people where their role sits', () => {
    expect(placeOf('cio')).toBe('tech')
    expect(placeOf('')).toBeUndefined()
    expect(placeOf('boss')).toBe('decide')
  })
})
