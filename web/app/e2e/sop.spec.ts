import type { Locator, Page } from '@playwright/test'
import { expect, playDemo, test } from './demo'

const demo = playDemo()

interface Step {
  key: string
  channel: string
  offset: Record<string, unknown>
  content?: { text: string }
}

const definition = (steps: Step[]) => ({ trigger: { kind: 'contact_added' }, steps })
const message = (key: string, day: number, text: string): Step => ({
  key,
  channel: 'group_message',
  offset: { day, at: '10:00' },
  content: { text },
})

/** Makes a draft behind the editor's back and opens it. */
async function openDraft(page: Page, name: string, steps: Step[]): Promise<number> {
  await demo.open(page, '/nowhere')
  const made = await page.request.post(`${demo.base}/api/v1/sops`, { data: { name, definition: definition(steps) } })
  expect(made.status()).toBe(201)
  const { id } = (await made.json()) as { id: number }
  await page.goto(`${demo.base}/sops/${id}`)
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
  return id
}

const card = (page: Page, n: number) => page.locator('.step-card').nth(n)
const day = (page: Page, n: number) => page.locator(`.ruler-day[data-day="${n}"]`)
const saved = (page: Page) => expect(page.getByRole('status').filter({ hasText: '已保存' })).toBeVisible()

test('an SOP is built from empty and published in under 25 interactions', async ({ page }) => {
  let interactions = 0
  const click = async (on: Locator) => {
    interactions++
    await on.click()
  }
  const type = async (text: string) => {
    interactions++
    await page.keyboard.type(text)
  }
  await demo.open(page, '/sops/new')
  await click(page.getByRole('button', { name: '空白 SOP' }))
  await click(page.getByRole('textbox', { name: '名称' }))
  await page.keyboard.press('Control+a')
  await type('展会跟进')
  await click(page.getByRole('button', { name: '加第一步' }))
  await type('您好，昨天在展台聊得很愉快，这是您要的资料。')
  await click(day(page, 3).getByRole('button', { name: /加一步/ }))
  await type('资料看得怎么样？有不清楚的地方随时问我。')
  await click(day(page, 7).getByRole('button', { name: /加一步/ }))
  await click(page.getByText('员工待办').last())
  await click(page.getByLabel('让员工做什么'))
  await type('给客户打个电话，问问上次的资料有没有用上。')
  await expect(page.locator('.wx-prompt')).toContainText('给客户打个电话')
  await expect(page.locator('.if-added li')).toHaveCount(3)
  await click(page.getByRole('button', { name: '发布…' }))
  await click(page.getByRole('dialog').getByRole('button', { name: /发\s?布/ }))
  await expect(page.getByText('第 1 版', { exact: true })).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: '展会跟进' })).toBeVisible()
  await expect(page.locator('.state-tag').first()).toHaveText('运行中')
  expect(interactions).toBeLessThan(25)
})

test('the keyboard alone builds and publishes one', async ({ page }) => {
  await openDraft(page, '老客户回访', [])
  const reach = async (target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab') => {
    for (let i = 0; i < 80; i++) {
      if (await target.evaluate((e) => e === document.activeElement)) return
      await page.keyboard.press(key)
    }
    await expect(target).toBeFocused()
  }
  await expect(page.getByRole('button', { name: '加第一步' })).toBeVisible()
  await reach(page.getByRole('button', { name: '加第一步' }))
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('内容')).toBeFocused()
  await page.keyboard.type('好久不见，最近业务怎么样？')
  await page.keyboard.press('Escape')
  await expect(card(page, 0)).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Shift+ArrowLeft')
  await expect(day(page, 3).locator('.step-card')).toContainText('09:00')
  await expect(card(page, 0)).toBeFocused()
  await page.keyboard.press('Control+d')
  await expect(day(page, 4).locator('.step-card')).toBeVisible()
  await expect(page.getByLabel('内容')).toBeFocused()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('这是我们新出的案例，供您参考。')
  await saved(page)
  await expect(page.getByRole('button', { name: '发布…' })).toBeEnabled()
  await reach(page.getByRole('button', { name: '发布…' }), 'Shift+Tab')
  await page.keyboard.press('Enter')
  const confirm = page.getByRole('dialog').getByRole('button', { name: /发\s?布/ })
  await expect(confirm).toBeVisible()
  await reach(confirm)
  await page.keyboard.press('Enter')
  await expect(page.getByText('第 1 版', { exact: true })).toBeVisible()
})

test('a card is dragged in time, keeps its time of day, and comes back', async ({ page }) => {
  await openDraft(page, '拖动', [message('one', 1, '第一条'), message('two', 2, '第二条')])
  const from = await card(page, 0).boundingBox()
  const to = await day(page, 5).boundingBox()
  if (!from || !to) throw new Error('the ruler is not there')
  await page.mouse.move(from.x + 40, from.y + 20)
  await page.mouse.down()
  await page.mouse.move(to.x + to.width / 2, from.y + 30, { steps: 8 })
  await page.mouse.up()
  await expect(day(page, 5).locator('.step-card')).toContainText('10:00')
  await expect(day(page, 1).locator('.step-card')).toHaveCount(0)
  await saved(page)
  await page.keyboard.press('Control+z')
  await expect(day(page, 1).locator('.step-card')).toHaveCount(1)
  await card(page, 1).focus()
  await page.keyboard.press('Delete')
  await expect(page.locator('.step-card')).toHaveCount(1)
  await page.getByRole('button', { name: '撤销' }).last().click()
  await expect(page.locator('.step-card')).toHaveCount(2)
})

test('what is wrong is said at the card and at the field, and forbids publishing', async ({ page }) => {
  await openDraft(page, '有错', [message('one', 1, '{name}您好')])
  await expect(card(page, 0).getByLabel('2 条提醒')).toBeVisible()
  await page.getByRole('link', { name: /没有后备称呼/ }).click()
  await page.getByLabel('内容').fill('')
  await expect(card(page, 0).getByLabel('1 处错误')).toBeVisible()
  await expect(page.locator('.field-fault')).toBeVisible()
  await expect(page.getByRole('button', { name: '发布…' })).toBeDisabled()
  await page.getByLabel('内容').fill('您好')
  await expect(page.getByRole('button', { name: '发布…' })).toBeEnabled()
})

test('nobody overwrites what somebody else has saved meanwhile', async ({ page, expectConsole }) => {
  expectConsole(/409/)
  const id = await openDraft(page, '两个人', [message('one', 1, '你好')])
  await card(page, 0).click()
  const theirs = { name: '两个人', definition: definition([message('one', 1, '对方写的')]) }
  expect((await page.request.put(`${demo.base}/api/v1/sops/${id}`, { data: theirs })).ok()).toBe(true)
  await page.getByLabel('内容').fill('我写的')
  await expect(page.getByText('别人也改了这份草稿')).toBeVisible()
  await page.getByRole('button', { name: '载入对方的' }).click()
  await expect(page.getByLabel('内容')).toHaveValue('对方写的')
  await saved(page)
})

test('what runs already is not published again', async ({ page }) => {
  const id = await openDraft(page, '没有改', [message('one', 1, '你好')])
  const publish = page.getByRole('button', { name: '发布…' })
  await expect(publish).toBeEnabled()
  expect((await page.request.post(`${demo.base}/api/v1/sops/${id}/publish`, { data: { move: false } })).ok()).toBe(true)
  await page.reload()
  await expect(publish).toBeDisabled()
  await expect(publish).toHaveAccessibleDescription('已保存，和第 1 版一样，没有要发布的')
  await card(page, 0).click()
  await page.getByLabel('内容').fill('你好呀')
  await expect(publish).toBeEnabled()
  await page.getByLabel('内容').fill('你好')
  await expect(publish).toBeDisabled()
})
