// Undo and redo. Edits that follow each other under one name, such as the
// letters of a text, are one.

export interface History<T> {
  past: readonly T[]
  present: T
  future: readonly T[]
  /** The name of the last edit; empty when the next one begins anew. */
  name: string
}

const depth = 200

export const begin = <T>(present: T): History<T> => ({ past: [], present, future: [], name: '' })

export function edit<T>(h: History<T>, next: T, name = ''): History<T> {
  if (next === h.present) return h
  if (name !== '' && name === h.name) return { ...h, present: next, future: [] }
  return { past: [...h.past, h.present].slice(-depth), present: next, future: [], name }
}

export function undo<T>(h: History<T>): History<T> {
  const last = h.past.at(-1)
  if (last === undefined) return h
  return { past: h.past.slice(0, -1), present: last, future: [h.present, ...h.future], name: '' }
}

export function redo<T>(h: History<T>): History<T> {
  const [next, ...future] = h.future
  if (next === undefined) return h
  return { past: [...h.past, h.present], present: next, future, name: '' }
}
