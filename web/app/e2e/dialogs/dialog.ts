import { readFileSync } from 'node:fs'
import type { Locator, Page } from '@playwright/test'

/** The catalogue's words in the language that is played. */
export type Say = (key: string, values?: Record<string, string | number>) => string

/** A dialog, drawer, sheet or question, and how one gets to it in the seeded demo. */
export interface Dialog {
  /** Where it is written, below src. */
  file: string
  /** Tells it from others of its file whose titles are no keys. */
  which?: string
  /** What it is called: a key of the catalogue, or the words for a title with a value in it. */
  title: string | ((say: Say) => string | RegExp)
  /** The page that it belongs to; phone pages play the member whom `?as=` names. */
  page: string
  /** Only a narrow screen has it. */
  narrow?: true
  /** Makes what the page must know, before it is opened: through the API, or by answers of our own. It may come again. */
  given?: (page: Page, base: string) => Promise<unknown>
  /** Opens it, in either language and at either width. */
  open: (page: Page, say: Say) => Promise<void>
  /** A question beside its button. */
  beside?: true
  /**
   * It asks the server for what it shows; with POST where the question is too long for an address. A path of
   * the API if its page has asked for that already.
   */
  reads?: true | 'POST' | `/${string}`
  /** It sends something: the button or its key, and what must be entered before. */
  send?: {
    button: string | ((dialog: Locator, say: Say) => Locator)
    fill?: (dialog: Locator, page: Page, say: Say) => Promise<void>
    /** It closes at once and is sent when it cannot be taken back any more. */
    later?: true
  }
}

/** The dialog on the page. */
export function shown(page: Page, dialog: Dialog, say: Say): Locator {
  const title = typeof dialog.title === 'string' ? say(dialog.title) : dialog.title(say)
  if (dialog.beside) return page.locator('.ant-popover:visible').filter({ hasText: title })
  return page.getByRole('dialog', { name: title })
}

/** The words of one language, with their values filled in. */
export function words(lang: 'zh' | 'en'): Say {
  const texts: Record<string, string> = JSON.parse(readFileSync(new URL(`../../../i18n/${lang}.json`, import.meta.url), 'utf8'))
  return (key, values = {}) => {
    const text = texts[values.n === 1 && `${key}.one` in texts ? `${key}.one` : key]
    if (text === undefined) throw new Error(`the catalogue has no ${key}`)
    return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole))
  }
}

/** A button's name: Ant Design puts a space between two Chinese characters. */
export function spaced(name: string): RegExp {
  return new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/^(.)(.)$/u, '$1\\s?$2')}$`)
}
