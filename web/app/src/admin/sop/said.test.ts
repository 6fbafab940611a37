import { expect, it } from 'vitest'
import type { Definition, Step } from './model'
import { isPublished, resaid } from './said'

const step = (key: string, text: string): Step => ({ key, channel: 'group_message', offset: { day: 1 }, content: { text } })
const definition = (...steps: Step[]): Definition => ({ trigger: { kind: 'manual' }, steps })

it('names the published steps that say something else now', () => {
  const sop = {
    definition: definition(step('a', ''), step('b', ''), step('ab', '')),
    draft: definition(step('a', '好'), step('b', '新'), step('new', '新'), {
      key: 'ab',
      channel: 'group_message',
      offset: { day: 2 },
      variants: [
        { key: 'a', weight: 1, content: { text: '甲' } },
        { key: 'b', weight: 1, content: { text: '乙' } },
      ],
    }),
    contents: { a: { text: '好' }, b: { text: '旧' } },
    variants: { ab: { a: { text: '甲' }, b: { text: '丙' } } },
  }
  expect(resaid(sop).map((s) => s.key)).toEqual(['b', 'ab'])
})

it('names none before the first version', () => {
  expect(resaid({ definition: null, draft: definition(step('a', '好')), contents: {}, variants: {} })).toEqual([])
})

it('knows a draft that is what runs', () => {
  const silent: Step = { key: 'a', channel: 'group_message', offset: { day: 1 } }
  const sop = { definition: definition(silent), draft: definition(step('a', '好')), contents: { a: { text: '好' } }, variants: {} }
  expect(isPublished(sop)).toBe(true)
  expect(isPublished({ ...sop, draft: definition(step('a', '新')) })).toBe(false)
  expect(isPublished({ ...sop, draft: definition({ ...step('a', '好'), offset: { day: 2 } }) })).toBe(false)
  expect(isPublished({ ...sop, draft: definition(step('a', '好'), step('b', '好')) })).toBe(false)
  expect(isPublished({ ...sop, definition: null })).toBe(false)
})
