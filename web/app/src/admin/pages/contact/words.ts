import { t, word } from '../../../shared/i18n'
import type { Happening } from './fold'

type Doing = NonNullable<Happening['activity']>

/** What an activity says beyond its kind; names are of people's making and not translated. */
export function detailOf(a: Doing): { text: string; own: boolean } {
  switch (a.kind) {
    case 'tag_added':
    case 'tag_removed':
      return { text: a.tag_name, own: true }
    case 'account_joined':
    case 'account_left':
      return { text: a.account_name, own: true }
    case 'score_changed':
      return { text: t('ui.line.score', { before: a.score_before, after: a.score }), own: false }
    case 'content_viewed':
    case 'call_answered':
      return { text: [a.key, a.seconds > 0 && t('ui.line.seconds', { n: a.seconds })].filter(Boolean).join(' · '), own: a.key !== '' }
    case 'prompt_answered':
      return { text: word('reason', a.answer), own: false }
    case 'opportunity_opened':
      return { text: word('filter.word.kind', a.key), own: false }
    case 'need_answered':
      return { text: t(`ui.need.${a.key}`), own: false }
    case 'date_set':
      return { text: [dateWord(a.field), a.day].filter(Boolean).join(' '), own: true }
    default:
      return { text: a.key, own: true }
  }
}

const dates = ['trial_start', 'contract_end', 'birthday']
/** The name of a date of a contact; an own one is shown as it is. */
export const dateWord = (field: string): string => (dates.includes(field) ? t(`ui.date.${field}`) : field)
