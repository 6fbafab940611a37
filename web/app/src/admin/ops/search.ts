/** The text of a parameter of the address; undefined when it is not there. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The whole number of a parameter of the address; undefined for anything else. */
export function whole(value: unknown): number | undefined {
  const n = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof n === 'number' && Number.isInteger(n) && n >= 0 ? n : undefined
}

/** The parameter, where it is one of the words. */
export function among<T extends string>(value: unknown, words: readonly T[]): T | undefined {
  return words.find((w) => w === value)
}
