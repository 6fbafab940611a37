import type { Page } from '@playwright/test'
import { expect, playDemo, test } from './demo'

const demo = playDemo()

/** How many rows the API has for a link of a page, counted page by page. */
async function rowsOf(page: Page, path: string, search: URLSearchParams): Promise<number> {
  let count = 0
  search.set('limit', '200')
  for (;;) {
    const answer = await page.request.get(`${demo.base}/api/v1${path}?${search}`)
    expect(answer.ok(), `${path}?${search}`).toBe(true)
    const { items, next_cursor } = (await answer.json()) as { items: unknown[]; next_cursor?: string }
    count += items.length
    if (!next_cursor) return count
    search.set('cursor', next_cursor)
  }
}

const numberIn = (words: string): number => Number(/\d[\d,]*/.exec(words)?.[0].replaceAll(',', ''))

test.beforeAll(async ({ browser }) => {
  const page = await browser.newPage()
  await demo.open(page, '/')
  for (let i = 0; i < 3; i++) {
    const added = await page.request.post(`${demo.base}/api/demo/follows`, { data: {} })
    expect(added.ok()).toBe(true)
  }
  const moved = await page.request.post(`${demo.base}/api/demo/clock`, { data: { to: 'morning' } })
  expect(moved.ok()).toBe(true)
  await page.close()
})

test('each number of the day leads to as many rows', async ({ page }) => {
  await demo.open(page, '/')
  const links = page.locator('.fate-legend a')
  // The engine may be at work: the numbers and the rows are compared until both stand still.
  await expect(async () => {
    await page.reload()
    await expect(links.first()).toBeVisible()
    for (const link of await links.all()) {
      const href = new URL((await link.getAttribute('href')) ?? '', demo.base)
      expect(await rowsOf(page, href.pathname, href.searchParams)).toBe(numberIn((await link.textContent()) ?? ''))
    }
  }).toPass({ timeout: 45_000 })
  await links.first().click()
  await expect(page).toHaveURL(/\/touches\?.*fate=/)
  await expect(page.getByRole('table')).toBeVisible()
})

test('each number of the stream leads to as many people, and a person to their story', async ({ page }) => {
  await demo.open(page, '/sops/1/people')
  const links = page.locator('.flow-numbers a')
  await expect(async () => {
    await page.reload()
    await expect(links.first()).toBeVisible()
    for (const link of await links.all()) {
      const href = new URL((await link.getAttribute('href')) ?? '', demo.base)
      if (href.searchParams.get('at') === '-') href.searchParams.set('at', '')
      expect(await rowsOf(page, href.pathname, href.searchParams), href.search).toBe(numberIn((await link.textContent()) ?? ''))
    }
  }).toPass({ timeout: 45_000 })
  await page.getByRole('table').getByRole('link').first().click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('一个人的全程')
})
