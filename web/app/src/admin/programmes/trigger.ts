// Which parameters a kind of trigger takes.

import type { Trigger } from './trigger-words'

export type Parameter = Exclude<keyof Trigger, 'kind'>

const parameters: Record<string, Parameter[]> = {
  contact_added: ['states', 'rep_ids', 'from', 'to'],
  tag_added: ['tag_id'],
  stage_entered: ['stage'],
  score_reached: ['score'],
  silent: ['days'],
  contact_date: ['field', 'yearly'],
  audience_entered: ['audience_id'],
  form_submitted: ['key'],
  event_registered: ['key', 'anchor'],
  event_attended: ['key', 'anchor'],
  content_viewed: ['key'],
  lead_routed: ['key'],
  opportunity_opened: ['key'],
  manual: [],
  group_created: ['rep_ids', 'name_contains'],
}

/** Every kind, those that one reaches for most first. */
export const triggerKinds = Object.keys(parameters)

/** What this trigger can be told. */
export const takes = (trigger: Pick<Trigger, 'kind'>): Parameter[] => parameters[trigger.kind] ?? []

/** A new trigger of that kind. */
export function withKind(kind: string): Trigger {
  return { kind, ...(kind === 'silent' ? { days: 30 } : {}), ...(kind === 'score_reached' ? { score: 60 } : {}) }
}

/** The trigger with a parameter set, or taken out when it is empty. */
export function withParameter<P extends Parameter>(trigger: Trigger, name: P, value: Trigger[P] | undefined): Trigger {
  const empty = value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0)
  const next: Trigger = { ...trigger, [name]: value }
  if (empty) delete next[name]
  return next
}
