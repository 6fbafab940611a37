/** How many tints an avatar may have. */
export const tints = 5

/**
 * What stands for somebody without a picture: of a Chinese name the last two
 * signs (as WeChat's own tools do), of another its first letter.
 */
export function initial(name: string): string {
  const plain = name.trim()
  if (plain === '') return '?'
  const signs = [...plain]
  if (/\p{Script=Han}/u.test(plain)) return signs.slice(-2).join('')
  return (signs[0] ?? '?').toUpperCase()
}

/** What stands for a company: the first two signs of its name behind the place. */
export function companyInitial(name: string): string {
  const plain = name.trim()
  if (!/\p{Script=Han}/u.test(plain)) return initial(plain)
  const signs = [...plain]
  return (signs.length > 4 ? signs.slice(2, 4) : signs.slice(0, 2)).join('')
}

/** The tint of an id: always the same one. */
export const tintOf = (id: number): number => Math.abs(id) % tints
