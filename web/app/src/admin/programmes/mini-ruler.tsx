import type { Schema } from '../../shared/api'
import { t, word } from '../../shared/i18n'
import { useLook } from '../theme'
import { placesOf } from './places'
import './programmes.css'

type StepOnLine = Schema<'SOPLine'>['steps'][number]

const width = 220
const pad = 6
const line = 22

const dayWords = (n: number) => (n < 0 ? t('ui.sops.when.before', { n: -n }) : t('ui.sops.day', { n }))

/** A programme's steps along its days: what reps do stands apart from what goes out by itself. */
export function MiniRuler({ steps }: { steps: readonly StepOnLine[] }) {
  const { palette } = useLook()
  const { marks, from, to, last } = placesOf(steps)
  const at = (x: number) => pad + x * (width - 2 * pad)
  const said = t('ui.sops.ruler', { n: steps.length, days: last - from })
  return (
    <span className="mini-ruler" translate="no">
      <svg viewBox={`0 0 ${width} 38`} role="img" aria-label={said} width={width} height={38}>
        <title>{said}</title>
        <line x1={pad} x2={width - pad} y1={line} y2={line} stroke="var(--line)" strokeWidth={2} />
        {from < 0 && (
          <line
            x1={at(-from / (to - from))}
            x2={at(-from / (to - from))}
            y1={4}
            y2={line + 4}
            stroke={palette.quiet}
            strokeDasharray="2 2"
          />
        )}
        {marks.map((m) => (
          <circle
            key={m.step.key}
            cx={at(m.x)}
            cy={line - m.row * 8}
            r={4}
            fill={m.step.channel === 'rep_prompt' ? palette.sales : palette.marketing}
          >
            <title>{m.step.name || word('channel', m.step.channel)}</title>
          </circle>
        ))}
        <text x={pad} y={36} fontSize={10} fill="var(--soft)">
          {dayWords(from)}
        </text>
        <text x={width - pad} y={36} fontSize={10} textAnchor="end" fill="var(--soft)">
          {dayWords(last)}
        </text>
      </svg>
    </span>
  )
}
