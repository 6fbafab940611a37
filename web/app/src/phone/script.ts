const quoted = /「([^「」]+)」|“([^“”]+)”/

/**
 * What a rep can send as it is: the words that a prompt quotes, as in
 * 问问进展：「王总好，资料看了吗？」. Without a quotation there are none: the rest
 * of a prompt speaks to the rep.
 */
export function scriptOf(text: string): string {
  const found = quoted.exec(text)
  return (found?.[1] ?? found?.[2] ?? '').trim()
}
