import { expect, playDemo, test } from './demo'

test.use({ locale: 'zh-CN' })
const demo = playDemo()

test('a template is looked into and taken as it is', async ({ page }) => {
  await demo.open(page, '/sops/new')
  await page.getByRole('button', { name: '看内容：高意向跟进' }).click()
  const inside = page.getByRole('dialog')
  await expect(inside.getByText('按您的情况准备了一份方案提纲')).toBeVisible()
  await inside.getByRole('button', { name: /^使\s?用$/ }).click()
  await expect(page).toHaveURL(/\/sops\/\d+$/)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('高意向跟进')
  await demo.open(page, '/sops?state=draft')
  await expect(page.getByRole('row').filter({ hasText: '高意向跟进' })).toContainText('进入阶段 MQL 时')
})

test('a file is checked before anything is made of it', async ({ page, expectConsole }) => {
  expectConsole(/400 \(Bad Request\)/)
  await demo.open(page, '/sops/new')
  const file = page.locator('input[type=file]')
  const yaml = (steps: string) => ({
    name: 'a.yaml',
    mimeType: 'application/yaml',
    buffer: Buffer.from(`name: 来自文件\ntrigger: {kind: manual}\nsteps: ${steps}\n`),
  })
  await file.setInputFiles(yaml('[]'))
  await expect(page.getByText('文件有 1 处错误')).toBeVisible()
  await file.setInputFiles(yaml('[{key: d1, offset: {day: 1}, channel: group_message, content: {text: 您好}}]'))
  await expect(page.getByText('来自文件')).toBeVisible()
  await page.getByRole('button', { name: '导入为草稿' }).click()
  await expect(page).toHaveURL(/\/sops\/\d+$/)
})

test('the kill switch says so on every page until it is taken back', async ({ page }) => {
  await demo.open(page, '/sops')
  await page.getByRole('button', { name: '全部停止' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('在我们这里排队')).toBeVisible()
  await dialog.getByRole('button', { name: '全部停止' }).click()
  await expect(dialog.getByText('已全部停止')).toBeVisible()
  await page.keyboard.press('Escape')
  await demo.open(page, '/audiences')
  const banner = page.getByRole('region', { name: '全部 SOP 已紧急停止' })
  await expect(banner).toBeVisible()
  await banner.getByRole('button', { name: '全部恢复' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^恢\s?复$/ })
    .click()
  await expect(banner).toHaveCount(0)
})

test('a programme is paused, and resumed by a choice that says for how many', async ({ page }) => {
  await demo.open(page, '/sops/1/versions')
  await page.getByRole('button', { name: /暂\s?停$/ }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /暂\s?停$/ })
    .click()
  await page.getByRole('button', { name: /恢\s?复$/ }).click()
  const dialog = page.getByRole('dialog', { name: '恢复这个 SOP' })
  await expect(dialog.getByRole('radio')).toHaveCount(3)
  await dialog.getByRole('radio', { name: /跳过已过的/ }).check()
  await dialog.getByRole('button', { name: /^恢\s?复$/ }).click()
  await expect(page.getByText('恢复：跳过已过的')).toBeVisible()
})
