import type { Schema } from '../../../shared/api'
import type { Values } from '../../../shared/i18n'

export type LimitRule = Schema<'LimitRule'>

export interface Sentence {
  key: string
  values?: Values
}

/** What a rule of limits says, sentence by sentence. */
export function limitSentences(rule: LimitRule): Sentence[] {
  return [contact(rule), rep(rule), quota(rule)]
}

function contact({ contact_day: day, contact_week: week }: LimitRule): Sentence {
  if (day !== null && week !== null) return { key: 'ui.set.limits.says.contact', values: { day, week } }
  if (day !== null) return { key: 'ui.set.limits.says.contact.day', values: { day } }
  if (week !== null) return { key: 'ui.set.limits.says.contact.week', values: { week } }
  return { key: 'ui.set.limits.says.contact.none' }
}

function rep({ rep_day: n }: LimitRule): Sentence {
  return n === null ? { key: 'ui.set.limits.says.rep.none' } : { key: 'ui.set.limits.says.rep', values: { n } }
}

function quota({ quota_mode: mode, quota_count: n }: LimitRule): Sentence {
  if (mode === 'none') return { key: 'ui.set.limits.says.quota.none' }
  if (n === null) return { key: `ui.set.limits.says.quota.${mode}` }
  return { key: `ui.set.limits.says.quota.${mode}.n`, values: { n } }
}
