import { expect, it } from 'vitest'
import { begin, edit, redo, undo } from './history'

it('takes back and does again', () => {
  const h = edit(edit(begin('a'), 'b'), 'c')
  expect(undo(h).present).toBe('b')
  expect(redo(undo(h)).present).toBe('c')
  expect(undo(undo(undo(h))).present).toBe('a')
  expect(redo(h)).toBe(h)
})

it('takes what was typed in one go back at once', () => {
  const h = edit(edit(edit(begin(''), 'h', 'text'), 'he', 'text'), 'hey', 'text')
  expect(undo(h).present).toBe('')
})

it('forgets what was undone when something else is done', () => {
  expect(redo(edit(undo(edit(begin(1), 2)), 3)).present).toBe(3)
})

it('begins a new edit after an undo, even under the same name', () => {
  const h = edit(undo(edit(edit(begin('a'), 'b'), 'c', 'x')), 'd', 'x')
  expect(undo(h).present).toBe('b')
})
