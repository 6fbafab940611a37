import { t, word } from '../../shared/i18n'
import { type Fate, type Fates, partsOf } from './fate'
import { Go, type Search } from './go'
import './ops.css'

interface FateBarProps {
  fates: Fates
  /** Where the rows of a fate are. */
  rows: (fate: Fate) => { to: string; search: Search }
  /** What the bar is about, for those who hear it. */
  of: string
}

/** What became of something, as one bar whose parts lead to their rows. */
export function FateBar({ fates, rows, of }: FateBarProps) {
  return (
    <div className="fate-bar">
      {partsOf(fates).map((p) => (
        <Go
          key={p.fate}
          {...rows(p.fate)}
          className={`fate ${p.fate}`}
          style={{ flexGrow: p.count }}
          label={t('ui.fate.part', { of, fate: word('fate', p.fate), n: p.count })}
          title={t('ui.fate.tip', { fate: word('fate', p.fate), n: p.count })}
        />
      ))}
    </div>
  )
}
