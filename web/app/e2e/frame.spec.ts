import { expect, playDemo, test } from './demo'

const demo = playDemo()

test('the frame is there in both languages, and by keyboard', async ({ page }) => {
  await demo.open(page, '/')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('今天')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: '跳到正文' })).toBeFocused()
  await page.getByRole('link', { name: 'English' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Today')
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
})

test('an address that no page has says so', async ({ page }) => {
  await demo.open(page, '/nowhere')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('没有这个页面')
})
