import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { filterOf, insideFilter, joined, negate, peel, replaced, rootOf } from './ast'
import { countFaults, faultOf } from './faults'
import { doings, families, newLeaf, presets, slotsOf, withOperator, withOption, withValue } from './fields'
import { cut, head, operatorLabel, piecesOf } from './sentence'

const catalogue = (lang: string) =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../../../i18n/${lang}.json`, import.meta.url)), 'utf8')) as Record<string, string>
const textsOf = (lang: string) => {
  const all = catalogue(lang)
  return { has: (key: string) => key in all, text: (key: string) => all[key] ?? key }
}
const tagged = { f: 'tag', is: 'any', v: [1, 2] }
const stage = { f: 'stage', is: 'in', v: ['mql'] }

describe('the tree', () => {
  it('edits every filter as a group and gives it back as the API takes it', () => {
    expect(filterOf(rootOf(null))).toBeNull()
    expect(filterOf(rootOf({}))).toBeNull()
    expect(filterOf(rootOf(tagged))).toEqual({ v: 1, op: 'and', of: [tagged] })
    expect(filterOf(rootOf({ v: 1, op: 'or', of: [tagged, stage] }))).toEqual({ v: 1, op: 'or', of: [tagged, stage] })
    expect(filterOf(rootOf({ v: 1, op: 'not', of: [tagged] }))).toEqual({ v: 1, op: 'and', of: [{ op: 'not', of: [tagged] }] })
  })

  it('names the version at the root alone', () => {
    expect(insideFilter(rootOf({ v: 1, op: 'or', of: [tagged] }))).toEqual({ op: 'or', of: [tagged] })
    expect(insideFilter(rootOf(null))).toBeNull()
    for (const p of presets) expect(JSON.stringify(p.node)).not.toContain('"v":1,')
  })

  it('negates and takes it back', () => {
    expect(peel(negate(tagged))).toEqual({ not: true, of: tagged })
    expect(negate(negate(tagged))).toEqual(tagged)
  })

  it('pours a group into one of its kind, and puts brackets around another', () => {
    const and = { op: 'and' as const, of: [tagged] }
    expect(joined(and, { v: 1, op: 'and', of: [stage, stage] }).of).toHaveLength(3)
    expect(joined(and, { v: 1, op: 'or', of: [stage, stage] }).of[1]).toEqual({ op: 'or', of: [stage, stage] })
    expect(joined({ op: 'and', of: [] }, { op: 'or', of: [stage, tagged] }).op).toBe('or')
  })

  it('replaces and takes out', () => {
    expect(replaced({ op: 'and', of: [tagged, stage] }, 1, null).of).toEqual([tagged])
    expect(replaced({ op: 'and', of: [tagged] }, 0, stage).of).toEqual([stage])
  })
})

describe('a condition', () => {
  it('begins with what its first operator needs', () => {
    expect(newLeaf('tag', ['any', 'all'])).toEqual({ f: 'tag', is: 'any', v: [] })
    expect(newLeaf('is_kp', ['yes', 'no'])).toEqual({ f: 'is_kp', is: 'yes' })
    expect(newLeaf('last_inbound', ['newer_than'])).toEqual({ f: 'last_inbound', is: 'newer_than', v: { n: 30, unit: 'day' } })
    expect(newLeaf('account.at_least', [])).toEqual({ f: 'account.at_least', v: { n: 2, filter: null } })
  })

  it('keeps its value when another operator takes the same', () => {
    expect(withOperator(tagged, 'none')).toEqual({ f: 'tag', is: 'none', v: [1, 2] })
    expect(withOperator(tagged, 'empty')).toEqual({ f: 'tag', is: 'empty' })
    expect(withOperator({ f: 'score', is: 'at_least', v: 60 }, 'between')).toEqual({ f: 'score', is: 'between', v: {} })
    expect(withOperator({ f: 'account.roles', is: 'any', v: ['boss'] }, 'at_least')).toEqual({ f: 'account.roles', is: 'at_least' })
  })

  it('on what they did counts whole days at first and keeps time and number when it is turned round', () => {
    const asked = withOption(withValue(newLeaf('activity', ['in', 'not_in']), ['price_asked']), 'times', 3)
    const within = { n: 30, unit: 'day', by: 'calendar' }
    expect(asked).toEqual({ f: 'activity', is: 'in', v: ['price_asked'], opt: { within, times: 3 } })
    expect(withOperator(asked, 'not_in')).toEqual({ ...asked, is: 'not_in' })
    expect(withOption(asked, 'within', undefined).opt).toEqual({ times: 3 })
  })

  it('carries options and drops the last one with its place', () => {
    const narrowed = withOption(tagged, 'since', { is: 'newer_than', v: { n: 7, unit: 'day' } })
    expect(withValue(narrowed, [3]).opt).toEqual(narrowed.opt)
    expect(withOption(narrowed, 'since', undefined)).toEqual(tagged)
  })

  it.each([
    [tagged, undefined],
    [{ f: 'tag', is: 'any', v: [] }, 'choose'],
    [{ f: 'tag', is: 'empty' }, undefined],
    [{ f: 'score', is: 'at_least' }, 'number'],
    [{ f: 'score', is: 'between', v: { min: 5, max: 1 } }, 'order'],
    [{ f: 'touches', is: 'between', v: { min: 2 } }, undefined],
    [{ f: 'added_at', is: 'between', v: { from: '2026-02-01' } }, 'day'],
    [{ f: 'added_at', is: 'between', v: { from: '2026-02-01', to: '2026-01-01' } }, 'order'],
    [{ f: 'last_touch', is: 'older_than', v: { unit: 'day' } }, 'number'],
    [{ f: 'account.any', v: { filter: null } }, 'inside'],
    [{ f: 'activity', is: 'in', v: [] }, 'choose'],
    [{ f: 'activity', is: 'in', v: ['replied'], opt: { times: 3 } }, undefined],
    [{ f: 'activity', is: 'in', v: ['replied'], opt: { within: { unit: 'day' } } }, 'number'],
    [{ f: 'account.at_least', v: { n: 0, filter: tagged } }, 'number'],
  ])('%j lacks %s', (leaf, fault) => {
    expect(faultOf(leaf)).toBe(fault)
  })

  it('is looked at inside roll-ups too', () => {
    const inner = { f: 'account.any', v: { filter: { op: 'and', of: [{ f: 'tag', is: 'any', v: [] }] } } }
    expect(countFaults({ v: 1, op: 'and', of: [inner] })).toBe(1)
    expect(countFaults(null)).toBe(0)
  })

  it('of every preset is complete', () => {
    for (const p of presets) expect(countFaults(filterOf(rootOf(p.node as { [key: string]: unknown })))).toBe(0)
  })
})

describe('the sentence', () => {
  it('is cut at the places of the values', () => {
    expect(cut('有标签 %s 之一')).toEqual(['有标签', { slot: 0 }, '之一'])
    expect(cut('没有任何标签')).toEqual(['没有任何标签'])
  })

  it('reads like the server', () => {
    expect(piecesOf('score', 'between', {}, textsOf('zh'))).toEqual(['总分在', { slot: 0 }, '到', { slot: 1 }, '之间'])
    expect(piecesOf('added_at', 'between', {}, textsOf('zh'))).toEqual(['添加时间在', { slot: 0 }, '至', { slot: 1 }])
    expect(head(piecesOf('tag', 'none', [], textsOf('en'))).lead).toBe('has none of the tags')
    expect(operatorLabel('account.at_least', '', textsOf('zh'))).toBe('公司里至少 … 人满足： …')
  })

  it('has a place for every value that a condition takes, in both languages', () => {
    const operators = {
      refs: ['in', 'not_in'],
      words: ['in', 'not_in'],
      free: ['in'],
      number: ['at_least', 'between'],
      date: ['newer_than', 'between'],
    }
    for (const lang of ['zh', 'en'])
      for (const [field, kind] of Object.values(families).flatMap((f) => Object.entries(f))) {
        if (['tag', 'sop', 'account.roles', 'account.opportunity'].includes(field) || !(kind.kind in operators)) continue
        for (const is of operators[kind.kind as keyof typeof operators]) {
          const places = piecesOf(field, is, undefined, textsOf(lang)).filter((p) => typeof p !== 'string')
          expect(places.length, `${field} ${is} ${lang}`).toBe(slotsOf(field, is).length)
        }
      }
  })

  it('says what they did, and how often', () => {
    expect(piecesOf('activity', 'not_in', [], textsOf('zh'))).toEqual(['没有过', { slot: 0 }])
    for (const lang of ['zh', 'en']) {
      const { has, text } = textsOf(lang)
      for (const kind of doings) expect(has(`filter.word.activity.${kind}`), kind).toBe(true)
      expect(text('filter.times').split('%d')).toHaveLength(2)
    }
  })

  it('has names for everything', () => {
    for (const lang of ['zh', 'en']) {
      const { has } = textsOf(lang)
      for (const [family, fields] of Object.entries(families)) {
        expect(has(`ui.filter.family.${family}`)).toBe(true)
        for (const field of Object.keys(fields)) expect(has(`filter.field.${field}`), field).toBe(true)
      }
      for (const p of presets) expect(has(`ui.filter.preset.${p.key}`)).toBe(true)
    }
  })
})
