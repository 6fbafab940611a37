import { describe, expect, it } from 'vitest'
import { type Backtest, freeKey, gradeChanges, left, moved, percents, type Rules, split, withWeight } from './rules'

const rules = {
  weights: { fit: 0.35, engagement: 0.45, intent: 0.2 },
  events: [{ key: 'rule_2', on: ['replied'], points: 1 }],
} as unknown as Rules
const sum = (w: Rules['weights']) => Math.round(100 * (w.fit + w.engagement + w.intent))

describe('weights', () => {
  it('always add up to a hundred', () => {
    for (const percent of [0, 1, 33, 50, 99, 100]) expect(sum(withWeight(rules, 'fit', percent))).toBe(100)
  })

  it('let the others keep their proportion', () => {
    expect(withWeight(rules, 'intent', 60)).toEqual({ fit: 0.18, engagement: 0.22, intent: 0.6 })
    expect(withWeight({ ...rules, weights: { fit: 1, engagement: 0, intent: 0 } }, 'fit', 40)).toEqual({
      fit: 0.4,
      engagement: 0.3,
      intent: 0.3,
    })
  })

  it('are whole percents', () => {
    expect(percents({ ...rules, weights: { fit: 1 / 3, engagement: 1 / 3, intent: 1 / 3 } })).toEqual({
      fit: 33,
      engagement: 33,
      intent: 34,
    })
  })
})

it('gives a new rule a key of its own', () => {
  expect(freeKey(rules.events)).toBe('rule_3')
})

it('moves a rule and stops at the ends', () => {
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
  expect(moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'b', 'c'])
  expect(moved(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c'])
})

it('halves by the half-life', () => {
  expect(left(30, 30)).toBe(0.5)
  expect(left(0, 30)).toBe(1)
})

it('tells who enters, leaves and stays', () => {
  const judged = { mql: 10, right: 0, wrong: 0, good: 0, precision: null, recall: null }
  const b: Backtest = {
    contacts: 100,
    grade_changes: 4,
    grades: { 'B→A': 3, 'A→A': 20, 'C→D': 1 },
    become_mql: 5,
    cease_mql: 2,
    live: judged,
    draft: { ...judged, mql: 13 },
  }
  expect(split(b)).toEqual({ both: 8, leave: 2, enter: 5 })
  expect(gradeChanges(b)).toEqual([
    ['B→A', 3],
    ['C→D', 1],
  ])
})
