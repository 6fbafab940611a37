import type { Schema } from '../../../../shared/api'
import { t, type Values, word } from '../../../../shared/i18n'

export type Rules = Schema<'EntryRules'>

/** What the entry rules say, sentence by sentence. */
export function ruleSentences({ mil, mql }: Rules): { key: string; values: Values }[] {
  const out: { key: string; values: Values }[] = [
    { key: 'ui.stages.says.mil', values: { points: mil.engagement, seconds: mil.view_seconds } },
    { key: 'ui.stages.says.mql', values: { score: mql.score, fit: mql.fit } },
  ]
  const actions = mql.actions ?? []
  if (actions.length > 0)
    out.push({ key: 'ui.stages.says.actions', values: { actions: actions.map((a) => word('activity', a)).join(t('ui.comma')) } })
  out.push({ key: 'ui.stages.says.fall', values: { score: mql.fall_below, days: mql.fall_after_days } })
  return out
}
