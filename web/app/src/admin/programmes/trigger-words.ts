// What lets people into a programme, as a sentence.

import type { Schema } from '../../shared/api'

export type Trigger = Schema<'Trigger'>

interface Names {
  tag: (id: number) => string
  audience: (id: number) => string
  stage: (key: string) => string
}

type Say = (key: string, values?: Record<string, string | number>) => string

/** The trigger in words; `say` is the catalogue. */
export function triggerWords(trigger: Trigger, say: Say, names: Names): string {
  const k = `ui.trigger.${trigger.kind}`
  switch (trigger.kind) {
    case 'contact_added':
      return trigger.states?.length ? say(`${k}.by`, { what: trigger.states.join(say('filter.comma')) }) : say(k)
    case 'tag_added':
      return say(k, { what: trigger.tag_id ? names.tag(trigger.tag_id) : '…' })
    case 'stage_entered':
      return say(k, { what: trigger.stage ? names.stage(trigger.stage) : '…' })
    case 'score_reached':
      return say(k, { what: trigger.score ?? '…' })
    case 'silent':
      return say(k, { n: trigger.days ?? 30 })
    case 'contact_date':
      return say(trigger.yearly ? `${k}.yearly` : k, { what: trigger.field ?? '…' })
    case 'audience_entered':
      return say(k, { what: trigger.audience_id ? names.audience(trigger.audience_id) : '…' })
    case 'group_created':
      return trigger.name_contains ? say(`${k}.named`, { what: trigger.name_contains }) : say(k)
  }
  return trigger.key ? say('ui.trigger.keyed', { trigger: say(k), what: trigger.key }) : say(k)
}
