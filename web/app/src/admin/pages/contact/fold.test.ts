import { describe, expect, it } from 'vitest'
import { fold, type Happening, sideOf } from './fold'

const base = { at: '2026-03-02T02:00:00Z', touch: null, activity: null, stage: null }
const doing = (id: number, kind: string, score = 0, by_contact = false): Happening => ({
  ...base,
  kind: 'activity',
  id,
  activity: {
    kind,
    by_contact,
    score,
    score_before: 0,
    rep_id: 0,
    rep_name: '',
    tag_name: '',
    account_id: 0,
    account_name: '',
    key: '',
    field: '',
    reason: '',
    answer: '',
    day: '',
    seconds: 0,
    touch_id: 0,
  },
})
const touch = (id: number, state: string, channel = 'group_message'): Happening => ({
  ...base,
  kind: 'touch',
  id,
  touch: { state, channel } as NonNullable<Happening['touch']>,
})

describe('fold', () => {
  it('folds what matters little and follows upon each other', () => {
    const lines = fold([
      touch(1, 'delivered'),
      touch(2, 'skipped'),
      doing(3, 'tag_added'),
      doing(4, 'score_changed', 4),
      doing(5, 'replied'),
      touch(6, 'skipped'),
    ])
    expect(lines.map((l) => (l.kind === 'many' ? l.of.map((h) => h.id) : l.of.id))).toEqual([1, [2, 3, 4], 5, 6])
  })
  it('keeps a jump of the score', () =>
    expect(fold([doing(1, 'score_changed', 25), doing(2, 'tag_added')]).map((l) => l.kind)).toEqual(['one', 'one']))
})

describe('sideOf', () => {
  it('tells whose doing it was', () => {
    expect(sideOf(touch(1, 'done', 'rep_prompt'))).toBe('sales')
    expect(sideOf(touch(1, 'delivered', 'moment'))).toBe('marketing')
    expect(sideOf(doing(1, 'replied', 0, true))).toBe('theirs')
    expect(sideOf(doing(1, 'account_joined'))).toBe('other')
  })
})
