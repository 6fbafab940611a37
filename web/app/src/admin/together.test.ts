import { expect, test, vi } from 'vitest'
import { together } from './together'

const known = { data: 1, error: null, isPending: false, refetch: vi.fn() }
const waits = { data: undefined, error: null, isPending: true, isFetching: true, refetch: vi.fn() }
const failed = (why: string) => ({ data: undefined, error: why, isPending: false, refetch: vi.fn() })

test('both are known when each is', () => {
  expect(together(known, { ...known, data: 2 }).data).toEqual([1, 2])
})

test('it waits while one of them does', () => {
  expect(together(known, waits)).toMatchObject({ data: undefined, isPending: true, isFetching: true })
})

test('a failure is said while the other still waits', () => {
  expect(together(failed('down'), waits)).toMatchObject({ isPending: false, error: 'down' })
})

test('only what failed is asked again', () => {
  const broken = failed('down')
  together(known, broken).refetch()
  expect(broken.refetch).toHaveBeenCalledOnce()
  expect(known.refetch).not.toHaveBeenCalled()
})
