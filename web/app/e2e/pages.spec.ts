import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, playDemo, test } from './demo'
import { foreignWords, serious } from './look'
import { doors, pages } from './pages'

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
