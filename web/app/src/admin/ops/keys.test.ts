import { expect, test } from 'vitest'
import { moved, stepOf } from './keys'

const press = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more })

test('the meeting is led by keyboard, and the browser keeps its own keys', () => {
  expect(stepOf(press('ArrowRight'))).toBe('next')
  expect(stepOf(press('k'))).toBe('previous')
  expect(stepOf(press('f', { ctrlKey: true }))).toBeUndefined()
  expect(stepOf(press('x'))).toBeUndefined()
})

test('it stays within the accounts', () => {
  expect(moved(0, 'next', 2)).toBe(1)
  expect(moved(1, 'next', 2)).toBe(1)
  expect(moved(0, 'previous', 2)).toBe(0)
  expect(moved(7, 'first', 9)).toBe(0)
  expect(moved(0, 'next', 0)).toBe(0)
})
