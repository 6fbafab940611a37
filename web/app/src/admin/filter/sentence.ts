// The sentence of a condition, from the same texts as the server's: words, and
// between them the places of the values.

import { slotsOf } from './fields'

export type Piece = string | { slot: number }

interface Texts {
  has: (key: string) => boolean
  text: (key: string) => string
}

/** A text with %s in it, cut at them. */
export function cut(template: string): Piece[] {
  const out: Piece[] = []
  let slot = 0
  template.split(/%[sd]/).forEach((words, i) => {
    if (i > 0) out.push({ slot: slot++ })
    const trimmed = words.trim()
    if (trimmed) out.push(trimmed)
  })
  return out
}

/** A condition's sentence: by a text of its field and operator, else by one of its operator with the field's name put in. */
export function piecesOf(field: string, is: string, v: unknown, { has, text }: Texts): Piece[] {
  const own = `filter.${field}.${is || 'is'}`
  if (has(own)) return cut(text(own))
  const days = slotsOf(field, is, v)[0] === 'day-from'
  return cut(text(days ? 'filter.is.between_days' : `filter.is.${is}`).replace('%s', text(`filter.field.${field}`)))
}

/** An operator in a menu: its sentence with dots for what is to be given. */
export function operatorLabel(field: string, is: string, texts: Texts): string {
  return piecesOf(field, is, undefined, texts)
    .map((p) => (typeof p === 'string' ? p : '…'))
    .join(' ')
}

/** The words up to the first value, which stand on the operator's control, and what follows them. */
export function head(pieces: Piece[]): { lead: string; rest: Piece[] } {
  const first = pieces.findIndex((p) => typeof p !== 'string')
  const words = first < 0 ? pieces : pieces.slice(0, first)
  return { lead: words.join(' '), rest: first < 0 ? [] : pieces.slice(first) }
}
