import { describe, expect, it } from 'vitest'
import { accountQuery, accountSearch } from './search'

describe('accountSearch', () => {
  it('keeps what it understands', () =>
    expect(accountSearch({ tier: 'A', owner: '3', target: '1', box: 'sell', lacks: 'sdr' })).toEqual({
      tier: 'A',
      owner: 3,
      target: 1,
      box: 'sell',
      lacks: 'sdr',
    }))
  it('leaves out what it does not', () =>
    expect(accountSearch({ tier: 'X', owner: 'me', target: 0, lacks: 'luck', order: 'name' })).toEqual({}))
})

describe('accountQuery', () => {
  it('has the API names', () =>
    expect(accountQuery({ owner: 3, list: 2, target: 1 })).toMatchObject({ owner_id: 3, list_id: 2, target: '1', review: undefined }))
})
