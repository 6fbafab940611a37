import { expect, playDemo, test } from './demo'

test.use({ locale: 'zh-CN' })
const demo = playDemo()

test('contacts are chosen from the list, counted, let into a programme, and taken out again', async ({ page }) => {
  await demo.open(page, '/contacts')
  const rows = page.getByRole('row').filter({ has: page.getByRole('checkbox') })
  await rows.nth(1).getByRole('checkbox').click()
  await rows
    .nth(3)
    .getByRole('checkbox')
    .click({ modifiers: ['Shift'] })
  const bar = page.getByRole('status').filter({ hasText: '已选' })
  await expect(bar).toContainText('已选 3 位客户')
  await bar.getByRole('button', { name: '加入 SOP' }).click()
  const dialog = page.getByRole('dialog', { name: '批量加入 SOP' })
  await expect(dialog.getByText('选中的 3 位客户')).toBeVisible()
  await dialog.getByRole('combobox', { name: '选择 SOP' }).click()
  await page.locator('.ant-select-item-option').first().click()
  await dialog.getByRole('button', { name: '先数一数' }).click()
  await expect(dialog.getByText('预计（还没有人加入）')).toBeVisible()
  const total = dialog.locator('.numbers > div').filter({ hasText: '总人数' }).locator('b')
  await expect(total).toHaveText('3')
})
