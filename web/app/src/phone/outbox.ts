// What went to a customer by the JS-SDK leaves no receipt at the server: until
// it is told, it is remembered here, so that a lost connection loses no outcome.

const name = 'sixtouch.sent'

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** The prompts whose text was sent and that the server does not know of yet. */
export function untold(store: Store): number[] {
  try {
    const list: unknown = JSON.parse(store.getItem(name) ?? '[]')
    return Array.isArray(list) ? list.filter((id): id is number => Number.isSafeInteger(id)) : []
  } catch {
    return []
  }
}

/** Remembers that a prompt's text was sent. */
export function remember(store: Store, touchID: number): void {
  store.setItem(name, JSON.stringify([...new Set([...untold(store), touchID])]))
}

/** Tells the server what is remembered, and forgets it once that has worked. */
export async function tell(store: Store, report: (touchIDs: number[]) => Promise<unknown>): Promise<void> {
  const ids = untold(store)
  if (ids.length === 0) return
  await report(ids)
  const left = untold(store).filter((id) => !ids.includes(id))
  if (left.length > 0) store.setItem(name, JSON.stringify(left))
  else store.removeItem(name)
}
