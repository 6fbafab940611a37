import type { Page } from '@playwright/test'
import { expect, playDemo, test } from './demo'

const demo = playDemo()

const userid = 'bailu'
const name = '白露'

/** Adds customers to the rep and lets the days pass until their prompts of day 3 are due. */
async function threeDays(page: Page): Promise<void> {
  await demo.open(page, '/')
  for (let i = 0; i < 3; i++) await page.request.post(`${demo.base}/api/demo/follows`, { data: { userid } })
  for (let i = 0; i < 3; i++) {
    const moved = await page.request.post(`${demo.base}/api/demo/clock`, { data: { to: 'morning' } })
    expect(moved.ok()).toBe(true)
  }
  await expect
    .poll(async () => (await prompts(page)).length, { timeout: 60_000, message: 'the prompts of day 3 are on their card' })
    .toBeGreaterThanOrEqual(3)
}

interface Item {
  kind: string
  contact_name: string
  external_userid: string
}

async function prompts(page: Page): Promise<Item[]> {
  const day = await page.request.get(`${demo.base}/api/v1/me/day`, { headers: { 'X-Sim-As': userid } })
  const { items } = (await day.json()) as { items: Item[] }
  return items.filter((i) => i.kind === 'prompt')
}

test.use({ viewport: { width: 390, height: 844 } })

test("a rep's day", async ({ page, browser }) => {
  test.setTimeout(180_000)
  await threeDays(page)
  const [first, second, third] = await prompts(page)
  if (!first || !second || !third) throw new Error('there are three prompts')

  // The rep signs in with WeCom, which the simulator plays.
  const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
  const rep = await phone.newPage()
  const errors: string[] = []
  rep.on('console', (m) => m.type() === 'error' && errors.push(`${m.text()} (${m.location().url})`))
  rep.on('pageerror', (e) => errors.push(e.message))
  await rep.goto(`${demo.base}/login/wecom?next=/m/day`)
  await rep.getByText(name).first().click()
  await expect(rep.getByRole('heading', { level: 1 })).toHaveText('我的今天')
  errors.length = 0

  // All customers of one step but one, with one tap; and back again.
  const card = rep.getByRole('listitem').filter({ has: rep.getByRole('heading', { name: '第三天回访' }) })
  await card.getByRole('checkbox', { name: third.contact_name }).uncheck()
  await card.getByRole('checkbox', { name: second.contact_name }).uncheck()
  await card.getByRole('button', { name: /做完了/ }).click()
  await expect(rep.getByText(`已完成：${first.contact_name}`)).toBeVisible()
  await rep.getByRole('button', { name: '撤销' }).click()
  await expect(card.getByRole('checkbox', { name: first.contact_name })).toBeVisible()
  await card.getByRole('button', { name: /做完了/ }).click()
  await expect
    .poll(async () => (await prompts(page)).some((i) => i.external_userid === first.external_userid), { timeout: 15_000 })
    .toBe(false)

  // One customer is put off, with the reason.
  await card.getByRole('checkbox', { name: third.contact_name }).uncheck()
  await card.getByRole('checkbox', { name: second.contact_name }).check()
  await card.getByRole('button', { name: '推迟' }).click()
  const sheet = rep.getByRole('dialog')
  await sheet.getByRole('button', { name: '客户不方便' }).click()
  await sheet.getByRole('button', { name: /明天早上/ }).click()
  await expect
    .poll(async () => (await prompts(page)).some((i) => i.external_userid === second.external_userid), { timeout: 15_000 })
    .toBe(false)

  // In the chat's sidebar: one tap sends the words, and that is the outcome.
  const chat = new URLSearchParams({ as: userid, ext: third.external_userid, external_userid: third.external_userid })
  await rep.goto(`${demo.base}/m/contact?${chat}`)
  await expect(rep.getByRole('heading', { level: 1 })).toHaveText(third.contact_name)
  const words = await rep.getByLabel('要说的话').inputValue()
  expect(words).toContain(third.contact_name)
  await rep.getByRole('button', { name: '发到聊天' }).click()
  await expect(rep.getByText('这位客户现在没有待办')).toBeVisible({ timeout: 15_000 })
  await expect(rep.getByText('已在聊天里发出')).toBeVisible()
  const ledger = await page.request.get(`${demo.base}/api/demo/ledger?limit=50`)
  expect(await ledger.text()).toContain(words)

  // What came of it, and where the customer works.
  await rep.getByRole('button', { name: '问了价格' }).click()
  await expect(rep.getByText('询问价格、试用或合同')).toBeVisible({ timeout: 20_000 })
  await rep.getByRole('button', { name: /公司不对|选择公司/ }).click()
  await rep.getByRole('searchbox').fill('科技')
  const company = rep.getByRole('dialog').locator('li button').filter({ hasText: '科技' }).first()
  const chosen = (await company.textContent()) ?? ''
  await company.click()
  await expect(rep.getByRole('link', { name: new RegExp(chosen) })).toBeVisible({ timeout: 15_000 })
  expect(errors).toEqual([])
  await phone.close()
})
