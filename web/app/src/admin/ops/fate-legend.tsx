import { formatNumber, word } from '../../shared/i18n'
import { type Fate, type Fates, partsOf } from './fate'
import { Go, type Search } from './go'
import './ops.css'

interface FateLegendProps {
  fates: Fates
  rows: (fate: Fate) => { to: string; search: Search }
}

/** The colours' meaning with their numbers, each a link to its rows. */
export function FateLegend({ fates, rows }: FateLegendProps) {
  return (
    <ul className="fate-legend">
      {partsOf(fates).map((p) => (
        <li key={p.fate}>
          <Go {...rows(p.fate)}>
            <i className={`fate ${p.fate}`} aria-hidden />
            {word('fate', p.fate)} <b>{formatNumber(p.count)}</b>
          </Go>
        </li>
      ))}
    </ul>
  )
}
