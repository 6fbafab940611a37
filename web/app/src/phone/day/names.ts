import { t } from '../../shared/i18n'
import type { Item } from '../queue'

/** What an item is called in a sentence: the customer, else the company. */
export const nameOf = (item: Item): string => item.contact_name || item.account_name || t('m.nameless')

/** Where somebody works, as far as it is known. */
export const companyOf = (item: Item): string => item.account_name || item.corp_name

/** What was done, in words, of one or of several. */
export function deedLabel(word: string, items: Item[]): string {
  const [first] = items
  if (!first) return t(word)
  return items.length === 1 ? t('m.deed', { what: t(word), who: nameOf(first) }) : t('m.deed.many', { what: t(word), n: items.length })
}
