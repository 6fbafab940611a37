// What a reader sees of a text: its personal fields filled in, its addresses as
// links. The server fills them in by the same rules.

export interface Names {
  /** The customer's name. */
  name: string
  /** The rep's name. */
  rep: string
}

export type Part = { kind: 'text' | 'field' | 'missing' | 'link'; text: string }

const pattern = /\{(name|rep)(?:\|([^{}]*))?\}|https?:\/\/[^\s<>"，。；！？、（）】」]+/g

/**
 * A text in parts: plain text, filled in fields, fields that have neither a value
 * nor a fallback (the server skips that person), and addresses.
 */
export function fill(text: string, names: Names): Part[] {
  const parts: Part[] = []
  let from = 0
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) })
    from = match.index + match[0].length
    parts.push(partOf(match, names))
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) })
  return parts
}

function partOf([whole, field, fallback]: RegExpMatchArray, names: Names): Part {
  if (!field) return { kind: 'link', text: whole }
  const value = (field === 'name' ? names.name : names.rep) || fallback
  return value ? { kind: 'field', text: value } : { kind: 'missing', text: whole }
}

/** How many bytes WeCom counts: UTF-8. */
export const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/** The columns of a moment's pictures: one stands alone, four make a square. */
export const momentColumns = (pictures: number): number => (pictures === 1 ? 1 : pictures === 2 || pictures === 4 ? 2 : 3)

/** A size in bytes as people read it. */
export function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
