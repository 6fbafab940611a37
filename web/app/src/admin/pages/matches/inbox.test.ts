import { describe, expect, it } from 'vitest'
import { effectOf, forList, place, type Suggestion } from './inbox'

describe('place', () => {
  it('moves within the list', () => {
    expect(place(0, 'j', 3)).toBe(1)
    expect(place(2, 'j', 3)).toBe(2)
    expect(place(0, 'k', 3)).toBe(0)
    expect(place(1, 'x', 3)).toBe(1)
    expect(place(0, 'j', 0)).toBe(0)
  })
})

describe('effectOf', () => {
  const at = (present: number | null) => ({ account_id: 1, present_account_id: present }) as Suggestion
  it('corrects who is elsewhere, and says nothing of who is nowhere', () => {
    expect(effectOf(at(2))).toBe('correct')
    expect(effectOf(at(null))).toBeUndefined()
  })
})

describe('forList', () => {
  const e = { target: { tagName: 'BODY' } as unknown as EventTarget, ctrlKey: false, metaKey: false, altKey: false }
  it('leaves keys alone that are for a field or the browser', () => {
    expect(forList(e)).toBe(true)
    expect(forList({ ...e, ctrlKey: true })).toBe(false)
    expect(forList({ ...e, target: { tagName: 'INPUT' } as unknown as EventTarget })).toBe(false)
  })
})
