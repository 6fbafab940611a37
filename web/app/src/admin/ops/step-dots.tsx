import { t, word } from '../../shared/i18n'
import type { Fate } from './fate'
import type { FlowNode } from './flow'
import { Go } from './go'
import './flow.css'

interface StepDotsProps {
  nodes: readonly FlowNode[]
  steps: Record<string, { touch_id: number; fate: Fate }>
}

/** One person's steps as a row of squares, each leading to its why. */
export function StepDots({ nodes, steps }: StepDotsProps) {
  return (
    <span className="step-dots">
      {nodes.slice(1).map((n, i) => {
        const had = steps[n.step_key]
        if (!had) return <i key={n.step_key} aria-hidden />
        const label = t('ui.flow.dot', { n: i + 1, fate: word('fate', had.fate) })
        return <Go key={n.step_key} to={`/touches/${had.touch_id}`} className={`fate ${had.fate}`} label={label} title={label} />
      })}
    </span>
  )
}
