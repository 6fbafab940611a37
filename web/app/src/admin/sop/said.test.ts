import { expect, it } from 'vitest'
import type { Definition, Step } from './model'
import { resaid } from './said'

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
