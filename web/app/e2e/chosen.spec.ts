import { expect, playDemo, test } from './demo'

test.use({ locale: 'zh-CN' })
const demo = playDemo()

test('contacts are chosen from the list, counted, let into a programme, and taken out again', async ({ page }) => {
  await demo.open(page, '/contacts?stage=mql')
  const boxes = page.getByRole('checkbox', { name: /^选中 / })
  await boxes.nth(0).click()
  await boxes.nth(2).click({ modifiers: ['Shift'] })
  await expect(page.getByText('已选 3 位客户')).toBeVisible()
  await expect(page.getByRole('button', { name: /^让符合条件的 \d+ 位好友都加入$/ })).toBeVisible()
  await page.getByRole('button', { name: '加入 SOP' }).click()

  const dialog = page.getByRole('dialog', { name: '批量加入 SOP' })
  await expect(dialog.getByText('选中的 3 位客户')).toBeVisible()
  await dialog.getByRole('combobox', { name: '选择 SOP' }).click()
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: '先数一数' }).click()
  await expect(dialog.getByText('预计（还没有人加入）')).toBeVisible()
  await expect(dialog.locator('.numbers > div').first()).toContainText('3')
  await dialog.getByRole('button', { name: /^加\s?入$/ }).click()
  await expect(dialog.getByText('完成', { exact: true })).toBeVisible()
  await dialog.getByRole('link', { name: '查看这个 SOP 的批量加入记录' }).click()
  await expect(page.getByRole('heading', { name: '批量加入的记录' })).toBeVisible()

  await page.goBack()
  await page.getByRole('row').nth(1).getByRole('link').first().click()
  const runs = page.getByRole('region', { name: '所在的 SOP' })
  await runs
    .getByRole('button', { name: /^移出“/ })
    .first()
    .click()
  await page
    .getByRole('tooltip')
    .getByRole('button', { name: /移\s?出/ })
    .click()
  await expect(runs.getByText('已退出').first()).toBeVisible()
  await runs.getByRole('link').first().click()
  await expect(page).toHaveURL(/\/sops\/\d+\/people\/\d+$/)
})
