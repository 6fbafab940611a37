import type { Schema } from '../../shared/api'

export type Definition = Schema<'Definition'>
export type Step = Schema<'Step'>
export type Offset = Step['offset']
export type Content = Schema<'Content'>
export type Attachment = Schema<'Attachment'>
export type Variant = NonNullable<Step['variants']>[number]
export type Trigger = Definition['trigger']

/** What the editor edits: the name and the draft. */
export interface Draft {
  name: string
  definition: Definition
}

export const channels = ['welcome', 'group_message', 'moment', 'rep_prompt', 'tag', 'group_chat'] as const
export type Channel = (typeof channels)[number]

/** Channels whose people may get different contents. */
export const hasVariants = (channel: string): boolean => channel === 'group_message' || channel === 'moment' || channel === 'rep_prompt'

/** Whether steps may come before what they count from. */
export function liesAhead({ kind, anchor }: Trigger): boolean {
  return kind === 'contact_date' || (kind === 'event_registered' && (anchor === 'start' || anchor === 'end'))
}

/** The channels that a programme with this trigger may use. */
export function channelsFor({ kind }: Trigger): Channel[] {
  if (kind === 'group_created') return ['group_chat']
  return channels.filter((c) => c !== 'group_chat' && (c !== 'welcome' || kind === 'contact_added'))
}

export const stepsOf = (definition: Definition): Step[] => definition.steps ?? []

/** What a step says first, for its card. */
export function excerptOf(step: Step): string {
  const content = step.content ?? step.variants?.[0]?.content
  return (content?.text ?? '').replace(/\{(?:name|rep)\|([^{}]*)\}/g, '$1').trim()
}
