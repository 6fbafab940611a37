import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Doing, grace } from './doing'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('hides at once and sends after the grace', async () => {
  const doing = new Doing()
  const run = vi.fn(() => Promise.resolve())
  doing.do({ keys: ['prompt:1'], label: '', run })
  expect(doing.read().hidden.has('prompt:1')).toBe(true)
  expect(run).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(grace)
  expect(run).toHaveBeenCalledTimes(1)
  expect(doing.read()).toMatchObject({ open: [], hidden: new Set() })
})

it('takes back the latest, and only that', async () => {
  const doing = new Doing()
  const first = vi.fn(() => Promise.resolve())
  const second = vi.fn(() => Promise.resolve())
  doing.do({ keys: ['a'], label: '', run: first })
  doing.do({ keys: ['b'], label: '', run: second })
  doing.undo()
  expect([...doing.read().hidden]).toEqual(['a'])
  await vi.advanceTimersByTimeAsync(grace)
  expect(first).toHaveBeenCalledTimes(1)
  expect(second).not.toHaveBeenCalled()
})

it('sends what is open when the page goes, once', async () => {
  const doing = new Doing()
  const run = vi.fn(() => Promise.resolve())
  doing.do({ keys: ['a'], label: '', run })
  doing.flush()
  doing.flush()
  await vi.advanceTimersByTimeAsync(grace)
  expect(run).toHaveBeenCalledTimes(1)
})

it('brings back what did not work, and tries it again when asked', async () => {
  const doing = new Doing()
  const run = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error('offline')).mockResolvedValue()
  doing.do({ keys: ['a'], label: '', run })
  await vi.advanceTimersByTimeAsync(grace)
  expect(doing.read().failed).toMatchObject([{ error: new Error('offline') }])
  expect(doing.read().hidden.size).toBe(0)
  doing.retry()
  await vi.advanceTimersByTimeAsync(0)
  expect(run).toHaveBeenCalledTimes(2)
  expect(doing.read().failed).toEqual([])
})

it('keeps what did not work while something else is done', async () => {
  const doing = new Doing()
  const note = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error('offline')).mockResolvedValue()
  doing.do({ keys: [], label: 'note', run: note })
  await vi.advanceTimersByTimeAsync(grace)
  doing.do({ keys: ['a'], label: '', run: () => Promise.reject(new Error('offline')) })
  await vi.advanceTimersByTimeAsync(grace)
  doing.dismiss()
  doing.retry()
  await vi.advanceTimersByTimeAsync(0)
  expect(note).toHaveBeenCalledTimes(2)
  expect(doing.read().failed).toEqual([])
})
