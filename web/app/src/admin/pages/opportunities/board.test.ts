import { describe, expect, it } from 'vitest'
import { beside, type Deal, lanesOf, overdue } from './board'
import { blankDeal, openingBody, openingReady } from './opening'

const deal = (id: number, stage: string, amount: number): Deal =>
  ({ id, stage, amount, state: 'open', expected_close: '2026-03-01' }) as Deal

describe('the board of deals', () => {
  it('puts deals under their stages with what they are worth', () => {
    const lanes = lanesOf(['first', 'second'], [deal(1, 'second', 10), deal(2, 'second', 30), deal(3, 'first', 5)])
    expect(lanes.map((l) => [l.stage, l.amount, l.deals.map((d) => d.id)])).toEqual([
      ['first', 5, [3]],
      ['second', 40, [2, 1]],
    ])
  })

  it('keeps deals of a stage that is gone', () => {
    expect(lanesOf(['first'], [deal(1, 'gone', 7)]).map((l) => l.stage)).toEqual(['first', 'gone'])
  })

  it('knows what lies beside a stage', () => {
    expect(beside(['a', 'b'], 'a', 1)).toBe('b')
    expect(beside(['a', 'b'], 'b', 1)).toBeUndefined()
    expect(beside(['a', 'b'], 'a', -1)).toBeUndefined()
    expect(beside(['a', 'b'], 'gone', 1)).toBeUndefined()
  })

  it('is overdue the day after', () => {
    expect(overdue(deal(1, 'a', 0), '2026-03-01')).toBe(false)
    expect(overdue(deal(1, 'a', 0), '2026-03-02')).toBe(true)
    expect(overdue({ ...deal(1, 'a', 0), expected_close: '' }, '2026-03-02')).toBe(false)
  })
})

describe('a deal that begins', () => {
  it('needs a company and a name', () => {
    expect(openingReady({ ...blankDeal, name: 'Trial' })).toBe(false)
    expect(openingReady({ ...blankDeal, account: 1, name: ' ' })).toBe(false)
    expect(openingReady({ ...blankDeal, account: 1, name: 'Trial' })).toBe(true)
  })

  it('leaves out what nobody has said', () => {
    expect(JSON.parse(JSON.stringify(openingBody({ ...blankDeal, account: 1, name: ' Trial ' })))).toEqual({
      account_id: 1,
      name: 'Trial',
      kind: 'new',
    })
  })
})
