import { describe, expect, it } from 'vitest'
import { chosenAfter, everybodyOf, nobody } from './chosen'

const order = [9, 8, 7, 6, 5]

describe('choosing rows', () => {
  it('takes one and lets it go', () => {
    const one = chosenAfter(nobody, order, 8, true, false)
    expect(one).toEqual({ ids: [8], from: 8 })
    expect(chosenAfter(one, order, 8, false, false).ids).toEqual([])
  })

  it('takes all between two with the shift key, in either direction, each once', () => {
    const from = chosenAfter(chosenAfter(nobody, order, 7, true, false), order, 6, true, false)
    expect(chosenAfter(from, order, 9, true, true).ids).toEqual([9, 8, 7, 6])
    const all = chosenAfter(chosenAfter(nobody, order, 9, true, false), order, 5, true, true)
    expect(all.ids).toEqual(order)
    expect(chosenAfter({ ...all, from: 8 }, order, 6, false, true).ids).toEqual([9, 5])
  })

  it('begins anew where the last one is no longer on the list', () =>
    expect(chosenAfter({ ids: [3], from: 3 }, order, 7, true, true).ids).toEqual([3, 7]))
})

describe('everybody whom the filters leave', () => {
  it('is a filter of the language', () =>
    expect(everybodyOf({ rep: 7, stage: 'mql', min_score: 60, state: 'active' })).toEqual({
      source: 'filter',
      filter: {
        v: 1,
        op: 'and',
        of: [
          { f: 'owner', is: 'in', v: [7] },
          { f: 'stage', is: 'in', v: ['mql'] },
          { f: 'score', is: 'at_least', v: 60 },
        ],
      },
    }))

  it('is an audience where that is all', () => {
    expect(everybodyOf({ audience: 3 })).toEqual({ source: 'audience', id: 3 })
    expect(everybodyOf({ audience: 3, rep: 7 })).toBeUndefined()
  })

  it('is not offered for words, silence and lost friends, nor for the whole list', () => {
    for (const s of [
      {},
      { state: 'active' },
      { q: '王', rep: 7 },
      { silent: 30 },
      { source: 'expo', rep: 7 },
      { added_days: 30, rep: 7 },
      { state: 'lost', rep: 7 },
    ])
      expect(everybodyOf(s)).toBeUndefined()
  })
})
