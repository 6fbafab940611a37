import { word } from '../../shared/i18n'
import type { Fate } from './fate'
import './ops.css'

interface FateTagProps {
  fate: Fate
  /** Why, or how it stands in detail. */
  why?: string
}

/** What became of a touch, with its colour and its reason. */
export function FateTag({ fate, why }: FateTagProps) {
  return (
    <span className="fate-tag" title={why}>
      <i className={`fate ${fate}`} aria-hidden />
      {word('fate', fate)}
      {why && <span className="soft"> · {why}</span>}
    </span>
  )
}
