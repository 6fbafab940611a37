import { describe, expect, it } from 'vitest'
import { daysOf, placesOf } from './places'
import { triggerWords } from './trigger-words'

const step = (key: string, offset: object, channel = 'group_message') => ({ key, offset, channel })

describe('the small ruler', () => {
  it.each([
    [{ day: 3 }, 3],
    [{ day: 1, at: '12:00' }, 1.5],
    [{ week: 2 }, 14],
    [{ after: '36h' }, 1.5],
    [{ after: '-2d' }, -2],
    [{}, 0],
  ])('%j lies %d days from the beginning', (offset, days) => {
    expect(daysOf(offset)).toBe(days)
  })

  it('spreads steps over its length and stacks those at one place', () => {
    const { marks, from, to } = placesOf([step('a', {}, 'welcome'), step('b', { day: 4 }), step('c', { day: 4 }), step('d', { day: 8 })])
    expect([from, to]).toEqual([0, 8])
    expect(marks.map((m) => [m.step.key, m.x, m.row])).toEqual([
      ['a', 0, 0],
      ['b', 0.5, 0],
      ['c', 0.5, 1],
      ['d', 1, 0],
    ])
  })

  it('begins before the day that is counted from where steps do', () => {
    expect(placesOf([step('a', { day: -90 }), step('b', { day: -7 })]).from).toBe(-90)
  })

  it('names the day of the last step, whatever its time of day', () => {
    expect(placesOf([step('a', { day: 7, at: '10:00' })])).toMatchObject({ to: 8, last: 7 })
  })

  it('has room for a programme without steps', () => {
    expect(placesOf([])).toEqual({ marks: [], from: 0, to: 1, last: 0 })
  })
})

describe('the trigger in words', () => {
  const say = (key: string, values?: Record<string, string | number>) => `${key} ${Object.values(values ?? {}).join()}`.trim()
  const names = { tag: (id: number) => `tag ${id}`, audience: (id: number) => `audience ${id}`, stage: (key: string) => key.toUpperCase() }

  it.each([
    [{ kind: 'manual' }, 'ui.trigger.manual'],
    [{ kind: 'contact_added', states: ['expo'] }, 'ui.trigger.contact_added.by expo'],
    [{ kind: 'tag_added', tag_id: 7 }, 'ui.trigger.tag_added tag 7'],
    [{ kind: 'stage_entered', stage: 'mql' }, 'ui.trigger.stage_entered MQL'],
    [{ kind: 'score_reached', score: 0 }, 'ui.trigger.score_reached 0'],
    [{ kind: 'contact_date', field: 'birthday', yearly: true }, 'ui.trigger.contact_date.yearly birthday'],
    [{ kind: 'form_submitted', key: 'trial' }, 'ui.trigger.keyed ui.trigger.form_submitted,trial'],
  ])('%j', (trigger, words) => {
    expect(triggerWords(trigger, say, names)).toBe(words)
  })
})
