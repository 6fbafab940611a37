import { fill, type Names } from './fill'

/** A text as its reader sees it. */
export function Words({ text, names }: { text: string; names: Names }) {
  let at = 0
  return fill(text, names).map((part) => {
    const key = at
    at += part.text.length + 1
    if (part.kind === 'text') return <span key={key}>{part.text}</span>
    return (
      <span key={key} className={`wx-${part.kind}`}>
        {part.text}
      </span>
    )
  })
}
