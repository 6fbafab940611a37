import { ExclamationCircleFilled, FilterFilled, WarningFilled } from '@ant-design/icons'
import type { CSSProperties, KeyboardEvent, PointerEvent } from 'react'
import { t, word } from '../../shared/i18n'
import { ChannelIcon } from './channel-icon'
import { excerptOf, type Step } from './model'
import type { Placed } from './steps'
import { dayWords, timeWords } from './words'

/** What is known of a step beside its definition. */
export interface Notes {
  faults: number
  findings: number
  /** What becomes of it for somebody added today, where that is not what it says. */
  moved?: string
}

interface CardProps {
  placed: Placed
  notes: Notes | undefined
  selected: boolean
  style?: CSSProperties
  dragged: boolean
  onOpen: () => void
  onKeyDown: (e: KeyboardEvent<HTMLElement>) => void
  pointer: Record<string, (e: PointerEvent<HTMLElement>) => void>
}

const described = (step: Step): boolean => Boolean(step.filter && Object.keys(step.filter).length > 0)

/** A step on the ruler. */
export function StepCard({ placed, notes, selected, style, dragged, onOpen, onKeyDown, pointer }: CardProps) {
  const { step, number, day } = placed
  const excerpt = excerptOf(step)
  return (
    <button
      type="button"
      className={`step-card${selected ? ' selected' : ''}${dragged ? ' dragged' : ''}${notes?.faults ? ' faulty' : ''}`}
      data-step={step.key}
      style={style}
      aria-current={selected ? 'step' : undefined}
      aria-describedby="ruler-keys"
      onClick={onOpen}
      onKeyDown={onKeyDown}
      {...pointer}
    >
      <span className="step-when">
        <span className="step-number">{number}</span>
        <span className="unseen">{dayWords(day)}</span>
        <b>{timeWords(step)}</b>
        <span className="step-signs">
          {described(step) && <FilterFilled aria-label={t('ui.sop.card.filtered')} />}
          {(notes?.faults ?? 0) > 0 && (
            <ExclamationCircleFilled className="bad" aria-label={t('ui.sop.card.faults', { n: notes?.faults ?? 0 })} />
          )}
          {(notes?.findings ?? 0) > 0 && (
            <WarningFilled className="waiting" aria-label={t('ui.sop.card.findings', { n: notes?.findings ?? 0 })} />
          )}
        </span>
      </span>
      <span className="step-channel">
        <ChannelIcon channel={step.channel} /> {word('channel', step.channel)}
        {step.variants && <span className="step-ab">{step.variants.map((v) => v.key.toUpperCase()).join('/')}</span>}
      </span>
      {(step.name || excerpt) && (
        <span className="step-words" translate="no">
          {step.name && <b>{step.name} </b>}
          {excerpt}
        </span>
      )}
      {notes?.moved && <span className="step-moved">{notes.moved}</span>}
    </button>
  )
}
