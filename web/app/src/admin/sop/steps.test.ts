import { describe, expect, it } from 'vitest'
import { Calendar } from './calendar'
import type { Definition } from './model'
import { addStep, addVariant, copyStep, editStep, moveStep, place, removeStep, removeVariant, split, toChannel } from './steps'

const calendar = new Calendar('2026-03-02', [])
const empty: Definition = { trigger: { kind: 'contact_added' }, steps: null }
const days = (d: Definition) => place(d, calendar).map((p) => [p.step.key, p.day])

describe('steps', () => {
  it('are kept in the order of their times', () => {
    const first = addStep(empty, 3, calendar)
    const second = addStep(first.definition, 1, calendar)
    expect(days(second.definition)).toEqual([
      ['step-2', 1],
      ['step-1', 3],
    ])
  })
  it('take a key that is free', () => {
    const two = addStep(addStep(empty, 1, calendar).definition, 2, calendar).definition
    expect(addStep(removeStep(two, 'step-1'), 5, calendar).key).toBe('step-3')
  })
  it('do not leave the start behind unless it lies ahead', () => {
    const { definition } = addStep(empty, 1, calendar)
    expect(days(moveStep(definition, 'step-1', -3, calendar, false))).toEqual([['step-1', 0]])
    expect(days(moveStep(definition, 'step-1', -3, calendar, true))).toEqual([['step-1', -3]])
  })
  it('of a chained programme count from the one before', () => {
    const chained: Definition = {
      trigger: { kind: 'manual' },
      mode: 'chained',
      steps: [
        { key: 'a', channel: 'group_message', offset: { day: 1 } },
        { key: 'b', channel: 'group_message', offset: { day: 2 } },
      ],
    }
    expect(days(chained)).toEqual([
      ['a', 1],
      ['b', 3],
    ])
    expect(days(moveStep(chained, 'b', 5, calendar, false))).toEqual([
      ['a', 1],
      ['b', 5],
    ])
  })
  it('are copied to the next day with all they say', () => {
    const { definition, key } = addStep(empty, 1, calendar)
    const said = editStep(definition, key, calendar, (s) => ({ ...s, content: { text: '好' } }))
    const copy = copyStep(said, key, calendar)
    expect(copy && days(copy.definition)).toEqual([
      ['step-1', 1],
      ['step-2', 2],
    ])
    expect(copy?.definition.steps?.[1]?.content).toEqual({ text: '好' })
  })
  it('leave behind what another channel has no use for', () => {
    const step = { key: 's', channel: 'group_message', offset: { day: 1, at: '10:00' }, content: { text: '好', attachments: [] } }
    expect(toChannel(step, 'tag')).toEqual({ key: 's', channel: 'tag', offset: { day: 1, at: '10:00' }, add_tags: [] })
    expect(toChannel(step, 'rep_prompt').content).toEqual({ text: '好' })
    expect(toChannel(step, 'welcome').offset).toEqual({})
  })
})

describe('variants', () => {
  const step = { key: 's', channel: 'group_message', offset: { day: 1 }, content: { text: '好' } }
  it('begin alike and end as the one that is left', () => {
    const two = split(step)
    expect(two.content).toBeUndefined()
    expect(two.variants?.map((v) => [v.key, v.weight, v.content?.text])).toEqual([
      ['a', 50, '好'],
      ['b', 50, '好'],
    ])
    expect(removeVariant(two, 'a')).toEqual(step)
  })
  it('get a key of their own', () =>
    expect(addVariant(removeVariant(addVariant(split(step)), 'a')).variants?.map((v) => v.key)).toEqual(['b', 'c', 'a']))
})
