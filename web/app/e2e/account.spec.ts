import { expect, playDemo, test } from './demo'

const demo = playDemo()

test('a contact is found, talked with and taken up the ladder', async ({ page }) => {
  await demo.open(page, '/contacts?stage=mql')
  const row = page.getByRole('row').nth(1)
  await expect(row).toContainText('MQL')
  await row.getByRole('link').first().click()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.getByText('为什么是这个分')).toBeVisible()
  await page.getByRole('button', { name: '记录结果' }).click()
  await page.getByRole('button', { name: /记\s*下/ }).click()
  await expect(page.getByRole('listitem').filter({ hasText: '双向沟通' }).first()).toBeVisible()
})

test('an account gets a next step, which is done', async ({ page }) => {
  await demo.open(page, '/accounts?tier=A')
  await page.getByRole('row').nth(1).getByRole('link').first().click()
  await expect(page.getByRole('heading', { name: '六触环' })).toBeVisible()
  await page.getByRole('button', { name: '加下一步' }).first().click()
  await page.getByLabel('做什么').fill('约采购总监看演示')
  await page.getByLabel('谁来做').click()
  await page.keyboard.press('Enter')
  await page.getByLabel('哪天前').fill('2030-03-01')
  await page.keyboard.press('Enter')
  const step = page.getByRole('checkbox', { name: '约采购总监看演示' })
  await step.click()
  await expect(page.getByText('已完成 1 项')).toBeVisible()
})

test('suggestions are decided by keyboard, and taken back', async ({ page }) => {
  await demo.open(page, '/matches')
  const here = page.locator('.match.here')
  const first = await here.getByRole('link').first().textContent()
  await page.keyboard.press('j')
  await expect(here.getByRole('link').first()).not.toHaveText(first ?? '')
  await page.keyboard.press('k')
  await page.keyboard.press('a')
  await expect(page.getByRole('status').filter({ hasText: '已确认' })).toContainText(first ?? '')
  await page.keyboard.press('u')
  await expect(page.getByRole('status').filter({ hasText: '已确认' })).toHaveCount(0)
})

test('a target list is made by hand', async ({ page }) => {
  await demo.open(page, '/targets')
  await page.getByRole('button', { name: '新建名单' }).first().click()
  await page.getByLabel('名称').fill('华东重点')
  await page.getByRole('button', { name: /添\s*加/ }).click()
  await expect(page.getByRole('heading', { name: '华东重点' })).toBeVisible()
  await page.getByLabel('添加公司').click()
  await page.keyboard.press('Enter')
  await expect(page.getByText('1 家公司')).toBeVisible()
})
