import { formatDay, formatNumber, formatTime, t } from '../../shared/i18n'
import { dueOf, endsTheDay } from '../due'

function lateWords(minutes: number): string {
  if (minutes < 60) return t('m.due.late.minutes', { n: Math.max(1, minutes) })
  if (minutes < 24 * 60) return t('m.due.late.hours', { n: Math.round(minutes / 60) })
  return t('m.due.late.days', { n: Math.round(minutes / (24 * 60)) })
}

function dueWords(iso: string, now: Date): string {
  const due = dueOf(iso, now)
  const time = formatTime(iso)
  switch (due.when) {
    case 'late':
      return lateWords(due.minutes)
    case 'soon':
      return t('m.due.soon', { n: formatNumber(due.minutes) })
    case 'today':
      return endsTheDay(iso) ? t('m.due.today.all') : t('m.due.today', { time })
    case 'tomorrow':
      return endsTheDay(iso) ? t('m.due.tomorrow.all') : t('m.due.tomorrow', { time })
    case 'later':
      return t('m.due.day', { day: formatDay(iso) })
  }
}

/** When something ends, as a person would say it; red when it is late, orange within the hour. */
export function DueWords({ iso, now }: { iso: string | null; now: Date }) {
  if (!iso) return null
  const { when } = dueOf(iso, now)
  return <span className={when === 'late' ? 'due late' : when === 'soon' ? 'due soon' : 'due'}>{dueWords(iso, now)}</span>
}
