import type { Schema } from '../shared/api'

export type Item = Schema<'DayItem'>

/** What names an item. */
export const keyOf = (item: Pick<Item, 'kind' | 'id'>): string => `${item.kind}:${item.id}`

/** Items that are one to the eye: the same thing for several customers, else one alone. */
export interface Entry {
  key: string
  items: [Item, ...Item[]]
}

/** What items have in common that are one to the eye. */
function groupOf(item: Item): string {
  if (item.kind === 'prompt' && item.sop_id > 0) return `step:${item.sop_id}:${item.step_key}`
  return item.kind === 'hot' || item.kind === 'lost' ? item.kind : keyOf(item)
}

/** Puts the prompts of one step together, and alerts of one kind, where the first of them stands. */
export function entriesOf(items: Item[]): Entry[] {
  const entries: Entry[] = []
  const open = new Map<string, Entry>()
  for (const item of items) {
    const key = groupOf(item)
    const entry = open.get(key)
    if (entry) {
      entry.items.push(item)
      continue
    }
    const fresh: Entry = { key, items: [item] }
    open.set(key, fresh)
    entries.push(fresh)
  }
  return entries
}

/** The parts of a day that one can look at alone. */
export const parts = ['follow', 'send', 'take', 'know'] as const
export type Part = (typeof parts)[number]

export function partOf(kind: Item['kind']): Part {
  switch (kind) {
    case 'prompt':
    case 'action':
      return 'follow'
    case 'send':
      return 'send'
    case 'handover':
    case 'lead':
      return 'take'
    case 'lost':
    case 'hot':
    case 'news':
      return 'know'
  }
}

/** How many items there are of each part. */
export function countParts(items: Item[]): Record<Part, number> {
  const counts: Record<Part, number> = { follow: 0, send: 0, take: 0, know: 0 }
  for (const item of items) counts[partOf(item.kind)]++
  return counts
}
