import { describe, expect, it } from 'vitest'
import { limitSentences } from './limit-words'

const rule = { valid_from: '', contact_day: 1, contact_week: 3, rep_day: 20, quota_mode: 'month', quota_count: null } as const

describe('limits in words', () => {
  it('says both caps of a contact in one sentence', () => {
    expect(limitSentences(rule)).toEqual([
      { key: 'ui.set.limits.says.contact', values: { day: 1, week: 3 } },
      { key: 'ui.set.limits.says.rep', values: { n: 20 } },
      { key: 'ui.set.limits.says.quota.month' },
    ])
  })

  it('says what is not limited', () => {
    const open = { ...rule, contact_day: null, contact_week: null, rep_day: null, quota_mode: 'none' as const }
    expect(limitSentences(open).map((s) => s.key)).toEqual([
      'ui.set.limits.says.contact.none',
      'ui.set.limits.says.rep.none',
      'ui.set.limits.says.quota.none',
    ])
  })

  it('takes a zero for a limit', () => {
    expect(limitSentences({ ...rule, contact_week: null, contact_day: 0 })[0]).toEqual({
      key: 'ui.set.limits.says.contact.day',
      values: { day: 0 },
    })
    expect(limitSentences({ ...rule, quota_count: 2 })[2]).toEqual({ key: 'ui.set.limits.says.quota.month.n', values: { n: 2 } })
  })
})
