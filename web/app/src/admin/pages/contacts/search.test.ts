import { describe, expect, it } from 'vitest'
import { contactQuery, contactSearch, narrowed } from './search'

describe('contactSearch', () => {
  it('keeps what it understands', () =>
    expect(contactSearch({ q: '王', stage: 'mql', rep: '7', audience: 3, min_score: '60', silent: 45 })).toEqual({
      q: '王',
      stage: 'mql',
      rep: 7,
      audience: 3,
      min_score: 60,
      silent: 45,
    }))
  it('leaves out what it does not', () =>
    expect(contactSearch({ stage: 'vip', rep: -1, account: 'x', min_score: 101, silent: 31, q: '' })).toEqual({}))
  it('narrows only when something is left', () => {
    expect(narrowed(contactSearch({ stage: 'vip' }))).toBe(false)
    expect(narrowed(contactSearch({ q: 7 }))).toBe(true)
  })
})

describe('contactQuery', () => {
  it('has the API names', () =>
    expect(contactQuery({ source: 'expo', added_days: 365, rep: 7, account: 3, tag: 2, stage: 'mql' })).toMatchObject({
      source: 'expo',
      added_days: 365,
      rep_id: 7,
      account_id: 3,
      tag_id: 2,
      stage: 'mql',
    }))
})
