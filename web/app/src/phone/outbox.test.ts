import { expect, it } from 'vitest'
import { remember, tell, untold } from './outbox'

function memory() {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
}

it('keeps what was sent until the server knows', async () => {
  const store = memory()
  remember(store, 7)
  remember(store, 7)
  remember(store, 8)
  await expect(tell(store, () => Promise.reject(new Error('offline')))).rejects.toThrow('offline')
  expect(untold(store)).toEqual([7, 8])
  await tell(store, async (ids) => {
    expect(ids).toEqual([7, 8])
    remember(store, 9) // sent meanwhile
  })
  expect(untold(store)).toEqual([9])
})

it('is empty when there is nothing to be read', async () => {
  const store = memory()
  store.setItem('sixtouch.sent', '{broken')
  expect(untold(store)).toEqual([])
  await tell(store, () => Promise.reject(new Error('nobody asks')))
})
