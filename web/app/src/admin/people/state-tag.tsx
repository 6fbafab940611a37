import { word } from '../../shared/i18n'
import { moodOf } from './state'
import './people.css'

interface StateTagProps {
  state: string
  /** The family of words that it belongs to: state, enrollment, relationship, dispatch, sop … */
  family?: string
  /** Shown instead of the state's word. */
  text?: string
}

/** How something stands: a dot in the colour of its mood, and the word. */
export function StateTag({ state, family = 'state', text }: StateTagProps) {
  return (
    <span className={`state-tag ${moodOf(state)}`}>
      <i aria-hidden />
      {text ?? word(family, state)}
    </span>
  )
}
