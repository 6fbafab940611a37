import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, playDemo, test } from './demo'
import { doors, international, pages } from './pages'

const demo = playDemo()

// Where pictures of the pages go; empty: none are taken.
const album = process.env.SIXTOUCH_LOOK

// Each language, each mode and each width; for the album each language and each
// mode at both widths.
const looks = [
  { lang: 'zh', scheme: 'light', width: 1440 },
  { lang: 'en', scheme: 'dark', width: 390 },
  ...(album
    ? [
        { lang: 'en', scheme: 'dark', width: 1440 },
        { lang: 'zh', scheme: 'light', width: 390 },
      ]
    : []),
] as { lang: 'zh' | 'en'; scheme: 'light' | 'dark'; width: number }[]

for (const { lang, scheme, width } of looks) {
  test.describe(`${width} px, ${scheme}, ${lang}`, () => {
    test.use({ colorScheme: scheme, locale: lang === 'zh' ? 'zh-CN' : 'en-GB', viewport: { width, height: width === 390 ? 844 : 900 } })
    test('every page is whole', async ({ page }) => {
      test.setTimeout(600_000)
      for (const path of [...doors, ...pages]) {
        await test.step(path, async () => {
          if (path === pages[0]) await demo.open(page, '/')
          await page.goto(demo.base + path)
          await settled(page)
          if (album) await page.screenshot({ path: join(album, `${name(path)}-${width}-${scheme}-${lang}.png`) })
          expect.soft(await serious(page), `${path}: axe`).toEqual([])
          expect.soft(await foreignWords(page, lang), `${path}: words of another language`).toEqual([])
          expect.soft(await page.locator('h1').count(), `${path}: one h1`).toBe(1)
          const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
          expect.soft(wider, `${path}: pixels beyond the screen`).toBeLessThanOrEqual(0)
        })
      }
    })
  })
}

const name = (path: string) => path.replace(/\W+/g, '-').replace(/^-|-$/g, '') || 'today'

/** Waits until the page shows what it has fetched, and has come to rest. */
async function settled(page: Page): Promise<void> {
  await expect(page.locator('h1').first()).toBeVisible()
  await expect(page.locator('.ant-skeleton, [data-loading]')).toHaveCount(0)
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((a) => a.finished)))
}

async function serious(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)
}

/**
 * What is written on the page in another language than the page's: outside of
 * what people have named themselves, and of labels that repeat such names.
 */
async function foreignWords(page: Page, lang: 'zh' | 'en'): Promise<string[]> {
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
