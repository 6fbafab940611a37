import type { Schema } from '../../../shared/api'
import type { Values } from '../../../shared/i18n'

export type Handover = Schema<'Handover'>
export type State = Schema<'HandoverState'>

export type Urgency = 'late' | 'soon' | 'calm'

/** Late is late; soon is the last hour of working time. */
export const urgency = (minutesLeft: number): Urgency => (minutesLeft < 0 ? 'late' : minutesLeft <= 60 ? 'soon' : 'calm')

/** The working time that is left or over, in the unit that people say. */
export function clockWords(minutesLeft: number): { key: string; values: Values } {
  const way = minutesLeft < 0 ? 'over' : 'left'
  const minutes = Math.abs(minutesLeft)
  if (minutes < 90) return { key: `ui.handovers.clock.${way}.minutes`, values: { n: minutes } }
  return { key: `ui.handovers.clock.${way}.hours`, values: { n: Math.round(minutes / 60) } }
}
