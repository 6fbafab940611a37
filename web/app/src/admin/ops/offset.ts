import { t } from '../../shared/i18n'

interface Offset {
  day?: number
  week?: number
  month?: number
  workday?: number
  at?: string
  after?: string
}

/** When a step comes, from where people begin: "day 3, 10:00". */
export function offsetWords(raw: Record<string, unknown>): string {
  const o = raw as Offset
  if (o.after) return t('ui.offset.after', { time: o.after })
  const at = o.at ?? ''
  if (o.workday) return t('ui.offset.workday', { d: o.workday, at }).trim()
  if (o.month) return t('ui.offset.month', { d: o.month, at }).trim()
  if (o.week) return t('ui.offset.week', { d: o.week, at }).trim()
  if (o.day !== undefined) return t('ui.offset.day', { d: o.day, at }).trim()
  return ''
}
