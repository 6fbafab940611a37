// Words in the language of the page, which the server has chosen (by cookie,
// else by what the browser asks for) and written into <html lang>.

export type Lang = 'zh' | 'en'

export const lang: Lang = document.documentElement.lang === 'en' ? 'en' : 'zh'
export const otherLang: Lang = lang === 'zh' ? 'en' : 'zh'

let texts: Record<string, string> = {}

/** Sets the catalogue, once, before the first render. */
export function speak(catalogue: Record<string, string>): void {
  texts = catalogue
}

export type Values = Record<string, string | number>

/**
 * The text of a key, its {names} filled in. With `n` equal to 1 the key's
 * ".one" form is used where the language has one. A key that the catalogue does
 * not know is shown as it is, so that it is noticed.
 */
export function t(key: string, values?: Values): string {
  const text = (values?.n === 1 ? texts[`${key}.one`] : undefined) ?? texts[key] ?? key
  if (!values) return text
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    if (value === undefined) return whole
    return typeof value === 'number' ? formatNumber(value) : value
  })
}

/** Whether the catalogue has the key. */
export const knows = (key: string): boolean => key in texts

/** The word of a machine word, such as word('stage', 'mql'); the machine word itself when there is none. */
export const word = (family: string, key: string): string => texts[`${family}.${key}`] ?? key

/** The address that switches to the other language and comes back here. */
export function switchLanguageHref(): string {
  const back = `${location.pathname}${location.search}`
  return `/language?${new URLSearchParams({ to: otherLang, back })}`
}

const locale = lang === 'zh' ? 'zh-CN' : 'en-GB'

// The business day is Shanghai's, wherever the browser is.
const zone = 'Asia/Shanghai'

const numberFormat = new Intl.NumberFormat(locale)
export const formatNumber = (n: number): string => numberFormat.format(n)

const percentFormat = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
/** A share of 1, such as 0.253, as 25.3%. */
export const formatShare = (share: number): string => percentFormat.format(share)

const moneyFormat = new Intl.NumberFormat(locale, {
  style: 'currency',
  currency: 'CNY',
  currencyDisplay: 'narrowSymbol',
  maximumFractionDigits: 0,
})
export const formatMoney = (yuan: number): string => moneyFormat.format(yuan)

const dateTime = new Intl.DateTimeFormat(locale, {
  timeZone: zone,
  month: 'numeric',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
})
const dateOnly = new Intl.DateTimeFormat(locale, { timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric' })
const dayOnly = new Intl.DateTimeFormat(locale, { timeZone: zone, month: 'numeric', day: 'numeric', weekday: 'short' })
const timeOnly = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: '2-digit', minute: '2-digit', hour12: false })

/** An instant (ISO 8601) as month, day and time of day. */
export const formatInstant = (iso: string): string => dateTime.format(new Date(iso))
export const formatDate = (iso: string): string => dateOnly.format(new Date(iso))
export const formatDay = (iso: string): string => dayOnly.format(new Date(iso))
export const formatTime = (iso: string): string => timeOnly.format(new Date(iso))

const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
/** How long ago, or ahead, an instant is of `now`, in the largest unit that fits. */
export function formatAgo(iso: string, now: Date): string {
  const minutes = (new Date(iso).getTime() - now.getTime()) / 60_000
  if (Math.abs(minutes) < 60) return relative.format(Math.round(minutes), 'minute')
  if (Math.abs(minutes) < 24 * 60) return relative.format(Math.round(minutes / 60), 'hour')
  return relative.format(Math.round(minutes / (24 * 60)), 'day')
}
