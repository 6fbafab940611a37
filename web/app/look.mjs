// Takes pictures of pages and says what is wrong with them:
// node look.mjs ENTER-URL PATH... [--only=1440-light-zh]
import { mkdirSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import { chromium } from '@playwright/test'

const [enter, ...rest] = process.argv.slice(2)
const only = rest.find((a) => a.startsWith('--only='))?.slice('--only='.length)
const paths = rest.filter((a) => !a.startsWith('--'))
if (!enter || paths.length === 0) throw new Error('usage: npm run look -- ENTER-URL PATH... [--only=1440-light-zh]')
const base = new URL(enter).origin
mkdirSync('look', { recursive: true })

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})
for (const width of [1440, 390])
  for (const scheme of ['light', 'dark'])
    for (const lang of ['zh', 'en']) {
      const name = `${width}-${scheme}-${lang}`
      if (only && only !== name) continue
      const context = await browser.newContext({
        viewport: { width, height: width === 390 ? 844 : 900 },
        colorScheme: scheme,
        locale: lang === 'zh' ? 'zh-CN' : 'en-GB',
      })
      const page = await context.newPage()
      page.on('console', (m) => m.type() === 'error' && console.log(`${name} console: ${m.text()}`))
      page.on('pageerror', (e) => console.log(`${name} error: ${e.message}`))
      await page.goto(enter)
      for (const path of paths) {
        await page.goto(base + path)
        await page.waitForLoadState('load')
        await page
          .waitForFunction(() => document.querySelector('h1') && !document.querySelector('.ant-skeleton'), undefined, { timeout: 15_000 })
          .catch(() => console.log(`${name} ${path}: still loading`))
        await page.waitForTimeout(400) // charts and transitions come to rest
        const file = `look/${path.replace(/\W+/g, '-').replace(/^-|-$/g, '') || 'today'}-${name}.png`
        await page.screenshot({ path: file })
        const { violations } = await new AxeBuilder({ page }).analyze()
        for (const v of violations)
          console.log(
            `${name} ${path} axe ${v.impact} ${v.id}: ${v.nodes
              .map((n) => n.target.join(' '))
              .join(', ')
              .slice(0, 300)}`,
          )
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        if (wider > 0) console.log(`${name} ${path}: ${wider} px wider than the screen`)
        console.log(file)
      }
      await context.close()
    }
await browser.close()
