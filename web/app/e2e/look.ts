// What holds for everything that is shown: what axe finds, and which words are written.

import { readFileSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { international } from './pages'

/** The serious violations that axe finds on the page, or within one part of it. */
export async function serious(page: Page, part?: string): Promise<string[]> {
  const axe = new AxeBuilder({ page })
  const { violations } = await (part ? axe.include(part) : axe).analyze()
  return violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)
}

/**
 * What is written on the page in another language than the page's: outside of
 * what people have named themselves, and of labels that repeat such names.
 */
export async function foreignWords(page: Page, lang: 'zh' | 'en'): Promise<string[]> {
  const { texts, names } = await page.evaluate(() => {
    const own = (e: Element | null) => !e?.closest('[translate="no"], [aria-hidden="true"], .anticon, script, style, noscript, iframe')
    const found: string[] = []
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walk.nextNode()) if (own(walk.currentNode.parentElement)) found.push(walk.currentNode.textContent ?? '')
    for (const e of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
      if (own(e)) for (const a of ['aria-label', 'title', 'placeholder', 'alt']) found.push(e.getAttribute(a) ?? '')
    const named = [...document.querySelectorAll('[translate="no"]')].map((e) => e.textContent?.trim() ?? '')
    return { texts: found.map((text) => text.trim()).filter(Boolean), names: named.filter(Boolean) }
  })
  names.sort((a, b) => b.length - a.length)
  const other = foreign(lang)
  return [...new Set(texts.filter((text) => other(names.reduce((rest, name) => rest.replaceAll(name, ' '), text))))]
}

// The switch to the other language is named in that language.
const languages = new Set(['English', '中文'])

function foreign(lang: 'zh' | 'en'): (text: string) => boolean {
  if (lang === 'en') return (text) => /\p{Script=Han}/u.test(text) && !languages.has(text) && !text.includes('六触')
  return (text) => (text.match(/[A-Za-z]\w*/g) ?? []).some((word) => !international.has(word))
}

// The first words of the catalogue's keys, such as ui, stage, channel.
const families = new Set(
  Object.keys(JSON.parse(readFileSync(new URL('../../i18n/zh.json', import.meta.url), 'utf8'))).map((key) => key.split('.')[0]),
)

/** What is written on the page that is a machine's word: a key, a placeholder, a value that is none. */
export async function machineWords(page: Page): Promise<string[]> {
  const texts = await page.evaluate(() => {
    const found: string[] = []
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walk.nextNode())
      if (!walk.currentNode.parentElement?.closest('[translate="no"], script, style, noscript'))
        found.push(walk.currentNode.textContent ?? '')
    for (const e of document.querySelectorAll('[aria-label], [title], [placeholder]'))
      for (const a of ['aria-label', 'title', 'placeholder']) found.push(e.getAttribute(a) ?? '')
    return found
  })
  return texts.filter(
    (text) =>
      /\b(NaN|undefined|null|Infinity|Invalid Date)\b|\[object|\{\w+\}/.test(text) ||
      (text.match(/[a-z]+(?:\.[a-z_-]+)+/g) ?? []).some((key) => families.has(key.split('.')[0] ?? '')),
  )
}
