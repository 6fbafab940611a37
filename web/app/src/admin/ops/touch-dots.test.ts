import { expect, test } from 'vitest'
import { touchDots } from './touch-dots'

test('what is missing stays empty', () => {
  expect(touchDots(2, 1, 6)).toEqual({ dots: ['marketing', 'marketing', 'sales', 'empty', 'empty', 'empty'], more: 0 })
  expect(touchDots(0, 0, 6).dots).toEqual(Array(6).fill('empty'))
})

test('more than is needed is a number, and no side vanishes', () => {
  expect(touchDots(20, 1, 6)).toEqual({ dots: ['marketing', 'marketing', 'marketing', 'marketing', 'marketing', 'sales'], more: 15 })
  expect(touchDots(1, 20, 6).dots[0]).toBe('marketing')
  expect(touchDots(9, 0, 6).dots).toEqual(Array(6).fill('marketing'))
})
