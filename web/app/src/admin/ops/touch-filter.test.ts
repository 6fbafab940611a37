import { expect, test } from 'vitest'
import { isNarrow, touchQuery, touchSearch } from './touch-filter'

test('the address is read as it was written, and nonsense is left out', () => {
  expect(touchSearch({ day: '2026-03-02', hour: 9, fate: 'skipped', sop: '3', step: 7, rep: 'x' })).toMatchObject({
    day: '2026-03-02',
    hour: 9,
    fate: 'skipped',
    sop: 3,
    step: '7',
    rep: undefined,
  })
  expect(touchSearch({ fate: 'lost' }).fate).toBeUndefined()
})

test('a fate alone would read the whole log and is not asked for', () => {
  expect(isNarrow({ fate: 'failed' })).toBe(false)
  expect(touchQuery({ fate: 'failed', step: 'a' })).toEqual({})
  expect(touchQuery({ fate: 'failed', sop: 1, step: 'a' })).toEqual({ sop_id: 1, step_key: 'a', fate: 'failed' })
})
