import { describe, expect, it } from 'vitest'
import { companyInitial, initial, tintOf, tints } from './initial'

describe('initial', () => {
  it('takes the last two signs of a Chinese name', () => {
    expect(initial('欧阳明月')).toBe('明月')
    expect(initial(' 王磊 ')).toBe('王磊')
    expect(initial('李')).toBe('李')
  })
  it('takes the first letter of another name', () => expect(initial('anna Schmidt')).toBe('A'))
  it('says so when there is no name', () => expect(initial('  ')).toBe('?'))
})

describe('companyInitial', () => {
  it('skips the place that a registered name begins with', () => expect(companyInitial('广州华图新材料科技股份有限公司')).toBe('华图'))
  it('keeps a short name', () => expect(companyInitial('华图')).toBe('华图'))
  it('takes the first letter of a foreign name', () => expect(companyInitial('siemens AG')).toBe('S'))
})

describe('tintOf', () => {
  it('stays within the tints', () => {
    for (const id of [0, 1, 7, -3, 123_456]) expect(tintOf(id)).toBeLessThan(tints)
    expect(tintOf(7)).toBe(tintOf(7))
  })
})
