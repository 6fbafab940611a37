import { expect, playDemo, test } from './demo'

const demo = playDemo()

const table = [
  '公司名称,等级,员工人数',
  '合肥星图导航科技有限公司,A,300',
  '合肥云上餐饮有限公司,B,二十',
  '合肥星图导航科技有限公司,A,300',
].join('\n')

test('a table is looked through, brought in, and says what it left out', async ({ page }) => {
  await demo.open(page, '/import')
  await page.locator('input[type=file]').setInputFiles({ name: '名单.csv', mimeType: 'text/csv', buffer: Buffer.from(table) })
  await expect(page.getByText('试运行完成，共 3 行')).toBeVisible()
  await expect(page.getByText('“二十”不是数字')).toBeVisible()

  await page.getByRole('button', { name: '重新对应列' }).click()
  await expect(page.getByText('认出了 3 列中的 3 列')).toBeVisible()
  await page.getByRole('button', { name: /试\s*运行/ }).click()
  await page.getByRole('button', { name: '正式导入' }).click()
  await expect(page.getByText('导入完成，共 3 行')).toBeVisible()
  await expect(page.getByRole('link', { name: '下载说明（CSV）' })).toBeVisible()
})

test('sales accepts one and sends another back with a reason', async ({ page }) => {
  await demo.open(page, '/handovers')
  await page
    .getByRole('button', { name: /接\s*手/ })
    .first()
    .click()
  await expect(page.getByText('已接手，客户进入 SAL')).toBeVisible()
  await page
    .getByRole('button', { name: /退\s*回/ })
    .first()
    .click()
  await page.getByLabel('原因').click()
  await page.getByTitle('没有预算').click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /退\s*回/ })
    .click()
  await expect(page.getByText('已退回给市场')).toBeVisible()
})

test('a deal is moved with the arrow keys', async ({ page }) => {
  await demo.open(page, '/opportunities')
  const first = page.getByRole('region', { name: '需求确认' }).getByRole('article')
  await first.first().focus()
  const before = await first.count()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('region', { name: '方案演示' }).getByRole('article')).toHaveCount(1)
  await expect(first).toHaveCount(before - 1)
})
