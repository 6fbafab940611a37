import { readFileSync } from 'node:fs'
import { expect, playDemo, test } from './demo'
import { pages } from './pages'
import { comeIn, give } from './people'

const demo = playDemo()

const ofAdmin = pages.filter((path) => !path.startsWith('/m/') && !path.startsWith('/phones'))

test.beforeAll(async () => {
  await give(demo, 'linxiaoman', { role: 'read', reach: 'all' })
})

test('the API refuses in words', async ({ page }) => {
  await comeIn(page, demo, '林小满', '/contacts')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('客户')
  const answer = await page.request.put(`${demo.base}/api/v1/stages/mql`, { data: {}, headers: { 'Accept-Language': 'zh-CN' } })
  expect(answer.status()).toBe(403)
  expect(answer.headers()['content-type']).toContain('application/problem+json')
  expect((await answer.json()).detail).toMatch(/管理员/)
})

test('a page that is not for the role says who may open it and what to do', async ({ page }) => {
  await comeIn(page, demo, '林小满', '/settings/users')
  const title = page.getByRole('heading', { level: 1 })
  await expect(title).toHaveText('这一页没有对你开放')
  await expect(page.getByText('请管理员在')).toBeVisible()
  await expect(page.locator('.refused dd').nth(0)).toHaveText('管理员')
  await expect(page.locator('.refused dd').nth(1)).toHaveText('只读')
  for (const path of ['/settings/audit', '/settings/tokens', '/settings/webhooks', '/import', '/sops/new', '/audiences/new']) {
    await page.goto(demo.base + path)
    await expect(title, path).toHaveText('这一页没有对你开放')
  }
  await page.getByRole('navigation', { name: '你可以去' }).getByRole('link', { name: '客户' }).click()
  await expect(title).toHaveText('客户')
})

test('a rep is refused what is not for reps', async ({ page }) => {
  await comeIn(page, demo, '周瑜', '/settings/users')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('这一页没有对你开放')
  await page.goto(`${demo.base}/sops/1`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('这一页没有对你开放')
  const places = page.getByRole('navigation', { name: '主导航' })
  await expect(places.getByRole('link', { name: '客户' })).toBeVisible()
  await expect(places.getByRole('link', { name: 'SOP' })).toHaveCount(0)
})

test.describe('in English', () => {
  test.use({ locale: 'en-GB' })
  test('the refusal is in the reader’s language', async ({ page }) => {
    await comeIn(page, demo, '林小满', '/settings/users')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('This page is not open to you')
    await expect(page.locator('.refused dd').nth(0)).toHaveText('Administrator')
  })
})

/** What buttons that change something say: the words of the catalogue under these keys. */
const changing = [
  'ui.sops.new',
  'ui.stop.all',
  'ui.pause',
  'ui.resume',
  'ui.stop',
  'ui.enrol.open',
  'ui.sop.publish',
  'ui.sop.step.add',
  'ui.sop.step.copy',
  'ui.sop.step.remove',
  'ui.audiences.new',
  'ui.audiences.save',
  'ui.audiences.delete',
  'ui.act.outcome',
  'ui.act.stage',
  'ui.belong.change',
  'ui.privacy.erase',
  'ui.accounts.new',
  'ui.edit',
  'ui.remove',
  'ui.delete',
  'ui.add',
  'ui.save',
  'ui.plan.edit',
  'ui.plan.add',
  'ui.events.add',
  'ui.notes.add',
  'ui.merge.merge',
  'ui.merge.split',
  'ui.undo',
  'ui.matches.accept',
  'ui.matches.reject',
  'ui.targets.new',
  'ui.targets.close',
  'ui.targets.refresh',
  'ui.handovers.accept',
  'ui.handovers.reject',
  'ui.queue.redrive',
  'ui.queue.retry',
  'ui.queue.decide',
  'ui.queue.callbacks.all',
  'ui.set.checkup.start',
  'ui.set.sync.start',
  'ui.set.limits.change',
  'ui.score.new',
  'ui.stages.draft.begin',
  'ui.stages.save',
  'ui.sources.new',
  'ui.routing.add',
  'ui.routing.save',
]

test('who may only read sees no button that changes something, and nothing asks for what is refused', async ({ page }) => {
  test.setTimeout(300_000)
  const texts: Record<string, string> = JSON.parse(readFileSync('../i18n/zh.json', 'utf8'))
  const forbidden = new Set(changing.map((key) => texts[key]?.replace(/\s/g, '')))
  expect(forbidden.has(undefined), 'a key of the list that the catalogue does not know').toBe(false)
  const refused: string[] = []
  page.on('response', (r) => r.status() === 403 && refused.push(`${r.request().method()} ${r.url()} on ${page.url()}`))
  await comeIn(page, demo, '林小满')
  for (const path of ofAdmin) {
    await page.goto(demo.base + path)
    await expect(page.locator('h1').first()).toBeVisible()
    await expect(page.locator('.ant-skeleton')).toHaveCount(0)
    const buttons = await page.locator('main :is(button, a.ant-btn):not([disabled])').allTextContents()
    expect
      .soft(
        buttons.map((b) => b.replace(/\s/g, '')).filter((b) => forbidden.has(b)),
        path,
      )
      .toEqual([])
  }
  expect(refused).toEqual([])
})
