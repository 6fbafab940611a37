import { formatDay, t } from '../../shared/i18n'
import { type Day, startOf } from './calendar'
import type { Offset, Step } from './model'
import { inUnit, kindOf, minutesOf } from './offset'

/** A day of the ruler in words. */
export function dayWords(day: number): string {
  if (day === 0) return t('ui.sop.day.0')
  return day > 0 ? t('ui.sop.day.n', { n: day }) : t('ui.sop.day.before', { n: -day })
}

export function durationWords(duration: string | undefined): string {
  const { n, unit } = inUnit(duration)
  return t(`ui.sop.unit.${unit}`, { n })
}

/** When a step is due, in a word or two for its card. */
export function timeWords(step: Step): string {
  if (step.channel === 'welcome') return t('ui.sop.time.at-once')
  const { offset } = step
  if (kindOf(offset) !== 'after') return offset.at || t('ui.sop.time.own')
  const minutes = minutesOf(offset.after) ?? 0
  return minutes === 0 ? t('ui.sop.time.at-once') : t('ui.sop.time.after', { after: durationWords(offset.after) })
}

/** When a step is due, as a sentence says it. */
export function offsetWords(o: Offset): string {
  const at = o.at ? ` ${o.at}` : ''
  switch (kindOf(o)) {
    case 'workday':
      return t('ui.sop.when.workday.n', { n: o.workday ?? 0 }) + at
    case 'week':
      return t('ui.sop.when.week.n', { n: o.week ?? 0 }) + at
    case 'month':
      return t('ui.sop.when.month.n', { n: o.month ?? 0 }) + at
    case 'day':
      return dayWords(o.day ?? 0) + at
    case 'after':
      return minutesOf(o.after) ? t('ui.sop.time.after', { after: durationWords(o.after) }) : t('ui.sop.time.at-once')
  }
}

/** A day as people write it, with its weekday. */
export const dateWords = (day: Day): string => formatDay(startOf(day))
