import type { Schema } from '../../shared/api'
import { formatInstant } from '../../shared/i18n'
import './ops.css'

type Link = Schema<'WhyLink'>

const tone = (l: Link): string => {
  if (l.kind === 'verdict') return l.word === 'send' ? 'good' : 'waiting'
  if (l.kind !== 'result') return ''
  return l.word === 'delivered' || l.word === 'done' ? 'good' : 'bad'
}

/** What led to something, link by link, in sentences of the server's. */
export function Chain({ links }: { links: readonly Link[] }) {
  return (
    <ol className="chain">
      {links.map((l, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the links of a story have no names and never change places
        <li key={i} className={tone(l)}>
          {l.at && <time dateTime={l.at}>{formatInstant(l.at)}</time>}
          <span translate={l.sop_id ? 'no' : undefined}>{l.text}</span>
        </li>
      ))}
    </ol>
  )
}
