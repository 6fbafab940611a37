import { expect, it } from 'vitest'
import { scriptOf } from './script'

it('is what a prompt quotes, and nothing else', () => {
  expect(scriptOf('问问进展：「王总好，资料看了吗？」再选结果。')).toBe('王总好，资料看了吗？')
  expect(scriptOf('Say “hello there” first')).toBe('hello there')
  expect(scriptOf('打个电话')).toBe('')
  expect(scriptOf('「」')).toBe('')
})
