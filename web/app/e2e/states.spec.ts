import { join } from 'node:path'
import type { Locator, Page, Route } from '@playwright/test'
import { playDemo, expect as slowly, test } from './demo'
import { machineWords } from './look'
import { pages } from './pages'
import { Server } from './server'

const demo = playDemo()

// What is wrong on many pages is told within the test's time.
const expect = slowly.configure({ timeout: 5_000 })

// What the frame of every page needs: the pages' own questions fail, not these.
const frame = /\/api\/v1\/(session|stop)$/
const questions = '**/api/{v1,demo}/**'

const waiting = '.ant-skeleton, .ant-spin-spinning, [data-loading], [aria-busy="true"]'
const nothing = '.ant-empty, .nothing'
const stumbled = '服务器开小差了'

// Where pictures of the pages on the first day go; empty: none are taken.
const album = process.env.SIXTOUCH_LOOK

test.describe.configure({ timeout: 300_000 })

test.describe('in Chinese', () => {
  test.use({ locale: 'zh-CN' })
  test('a page whose questions fail says so, and shows its content at the next try', async ({ page, expectConsole }) => {
    expectConsole(/status of 500/)
    await demo.open(page, '/')
    for (const path of pages) {
      await test.step(path, async () => {
        let asked = 0
        let broken = true
        const answer = (route: Route) => {
          if (!broken || passes(route)) return route.fallback()
          asked++
          const problem = { type: 'about:blank', status: 500, code: 'internal', title: stumbled }
          return route.fulfill({ status: 500, contentType: 'application/problem+json', json: problem })
        }
        await opened(page, demo.base + path, answer)
        const again = page.getByRole('button', { name: /^重\s?试$/ })
        await expect.soft(page.locator(waiting), `${path}: waits for what has failed`).toHaveCount(0)
        if (asked > 0) {
          await expect.soft(page.getByText(stumbled).first(), `${path}: says what happened`).toBeVisible()
          await expect.soft(again.first(), `${path}: can be tried again`).toBeVisible()
          await stands(page, path)
        }
        expect.soft(await machineWords(page), `${path}, failed: words of a machine`).toEqual([])
        broken = false
        await tryAgain(again)
        await expect.soft(again, `${path}: content at the next try`).toHaveCount(0)
        await expect.soft(page.locator(waiting), `${path}: content at the next try`).toHaveCount(0)
        await page.unroute(questions, answer)
      })
    }
  })
})

test.describe('in English', () => {
  test.use({ locale: 'en-GB' })
  test('a page without answers yet shows where they will be', async ({ page }) => {
    await demo.open(page, '/')
    for (const path of pages) {
      await test.step(path, async () => {
        let asked = 0
        const never = (route: Route) => (passes(route) ? route.fallback() : void asked++)
        await opened(page, demo.base + path, never)
        if (asked > 0) {
          await expect.soft(page.locator(waiting).first(), `${path}: waits`).toBeVisible()
          await expect.soft(page.locator(nothing), `${path}: calls empty what it does not know yet`).toHaveCount(0)
        }
        expect.soft(await machineWords(page), `${path}, waiting: words of a machine`).toEqual([])
        await page.unroute(questions, never)
      })
    }
  })
})

test.describe('on the first day', () => {
  const fresh = new Server()
  test.use({ locale: 'zh-CN' })
  test.beforeAll(() => fresh.start())
  test.afterAll(() => fresh.stop())
  test('every page says what is empty', async ({ page, expectConsole }) => {
    expectConsole(/status of 404/)
    await fresh.enter(page)
    for (const path of pages.filter((p) => !/^\/(m|phones|login)\b/.test(p))) {
      await test.step(path, async () => {
        await page.goto(fresh.base + path)
        await stands(page, path)
        await expect.soft(page.locator(waiting), `${path}: waits for what there is not`).toHaveCount(0)
        expect.soft(await machineWords(page), `${path}, empty: words of a machine`).toEqual([])
        if (album) await page.screenshot({ path: join(album, `empty-${path.replace(/\W+/g, '-')}.png`) })
      })
    }
  })
})

/** Opens a page from elsewhere, so that only its own questions are answered so. */
async function opened(page: Page, url: string, answer: (route: Route) => Promise<void> | undefined): Promise<void> {
  await page.goto('about:blank')
  await page.route(questions, answer)
  await page.goto(url)
  await stands(page, new URL(url).pathname)
}

/** Whether a request is no question of the page's own. */
const passes = (route: Route) => route.request().method() !== 'GET' || frame.test(route.request().url())

/** The page keeps its heading and the ways to other pages. */
async function stands(page: Page, path: string): Promise<void> {
  await expect.soft(page.locator('h1'), `${path}: one h1`).toHaveCount(1)
  if (!path.startsWith('/phones') && path !== '/login') await expect.soft(page.locator('nav').first(), `${path}: navigation`).toBeVisible()
}

/** Tries again wherever something has failed, until nothing says so. */
async function tryAgain(again: Locator): Promise<void> {
  for (let tries = 0; tries < 20 && (await again.count()) > 0; tries++) {
    const one = await again.first().elementHandle()
    await one?.click()
    await one?.waitForElementState('hidden')
  }
}
