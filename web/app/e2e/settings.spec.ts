import { expect, playDemo, test } from './demo'

const demo = playDemo()

test('what the check-up finds comes step by step, worst first', async ({ page }) => {
  await demo.open(page, '/settings/wecom')
  await page.getByRole('button', { name: '开始体检' }).click()
  await expect(page.getByText(/没有故障|一切正常/)).toBeVisible()
  await expect(page.getByRole('listitem').filter({ hasText: '企业微信凭证' })).toContainText('有效')
})

test('a click makes a day the company’s own, and gives it back', async ({ page }) => {
  await demo.open(page, '/settings/calendar?year=2026')
  const day = page.locator('[data-day="2026-03-04"]')
  await day.click()
  await page.getByLabel('说明（可不填）').fill('周年庆')
  await page.getByRole('button', { name: /保\s*存/ }).click()
  await expect(day).toHaveAccessibleName(/休息 · 周年庆/)
  await day.click()
  await page.getByRole('button', { name: '恢复默认' }).click()
  await expect(day).toHaveAccessibleName(/上班$/)
})

test('a token is shown once and revoked', async ({ page }) => {
  await demo.open(page, '/settings/tokens')
  await page.getByRole('button', { name: '新建令牌' }).first().click()
  await page.getByLabel('用途').fill('BI')
  await page.getByRole('button', { name: /生\s*成/ }).click()
  await expect(page.getByLabel('令牌', { exact: true })).toHaveValue(/\S{20,}/)
  await page.getByRole('button', { name: '我已保存好' }).click()
  const row = page.getByRole('listitem').filter({ hasText: 'BI' })
  await expect(row).toContainText('还没用过')
  await row.getByRole('button', { name: /作\s*废/ }).click()
  await page
    .getByRole('tooltip')
    .getByRole('button', { name: /作\s*废/ })
    .click()
  await expect(row).toHaveCount(0)
})

test('scoring rules are tried on the past before they are published', async ({ page }) => {
  await demo.open(page, '/settings/scoring')
  await page.getByRole('button', { name: '修改规则' }).click()
  await page.getByLabel('意向', { exact: true }).fill('60')
  await page.getByRole('button', { name: '用过去 90 天回测' }).click()
  await expect(page.getByText(/看了 [\d,]+ 位客户/)).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: /发\s*布/ }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /发\s*布/ })
    .click()
  await expect(page.getByText('生效中 · 第 1 版')).toBeVisible()
})

test('a channel gets a welcome of its own, seen as the customer sees it', async ({ page }) => {
  await demo.open(page, '/settings/welcomes')
  await page.getByRole('button', { name: '加一个渠道的' }).click()
  const editor = page.getByRole('dialog')
  await editor.getByLabel('哪个渠道（渠道参数）').fill('spring2027')
  await editor.getByLabel('内容').fill('{name|您}好，欢迎来到春季发布会。')
  await expect(editor.getByLabel('预览')).toContainText('王敏好，欢迎来到春季发布会。')
  await editor.getByRole('button', { name: /保\s*存/ }).click()
  const row = page.getByRole('listitem').filter({ hasText: 'spring2027' })
  await expect(row).toContainText('欢迎来到春季发布会')
  await row.getByRole('switch').click()
  await expect(row).toContainText('已停用')
  await row.getByRole('button', { name: '删除“spring2027”的欢迎语' }).click()
  await page
    .getByRole('tooltip')
    .getByRole('button', { name: /删\s*除/ })
    .click()
  await expect(row).toHaveCount(0)
})

test('the company’s send hours hold where an SOP names none', async ({ page }) => {
  await demo.open(page, '/settings/windows')
  await page.getByLabel('到几点').fill('08:00')
  await expect(page.getByText('要晚于开始的时间')).toBeVisible()
  await expect(page.getByRole('button', { name: /保\s*存/ })).toBeDisabled()
  await page.getByLabel('到几点').fill('18:30')
  await page.getByRole('switch', { name: /只在工作日/ }).click()
  await expect(page.getByText('没有自己时段的 SOP，只在工作日 09:00–18:30 发送。')).toBeVisible()
  await page.getByRole('button', { name: /保\s*存/ }).click()
  await expect(page.getByText('已保存')).toBeVisible()
  await page.reload()
  await expect(page.getByLabel('到几点')).toHaveValue('18:30')
})
