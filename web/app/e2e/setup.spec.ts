import { expect, test } from './demo'
import { Server } from './server'

const server = new Server()

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
test.beforeAll(async ({}, info) => {
  await server.start(info.project.name === 'mariadb' ? process.env.SIXTOUCH_TEST_MYSQL : undefined)
})
test.afterAll(() => server.stop())

test('the first sign-in of a fresh installation is the link that it prints, once', async ({ page, browser, expectConsole }) => {
  expectConsole(/401/) // the link that is used up
  await page.goto(server.setUp)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.reload() // looking at it leaves it whole
  await page.locator('form[method=post] button').click()
  await expect(page).toHaveURL(`${server.base}/`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('今天')
  await page.goto(`${server.base}/settings/users`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('成员和角色')

  const late = await (await browser.newContext({ locale: 'en-GB' })).newPage()
  await late.goto(server.setUp)
  await late.locator('form[method=post] button').click()
  await expect(late.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(late.getByText(/used|valid|expired/i).first()).toBeVisible()
  await late.goto(`${server.base}/`)
  await expect(late).toHaveURL(/\/login/)
  await late.context().close()
})
