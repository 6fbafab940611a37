import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, playDemo, test } from './demo'

const demo = playDemo()

// Confirms the messages that wait on the rep's phone.
async function confirmWhatWaits(page: Page): Promise<void> {
  const rep = page.getByRole('region', { name: '员工的手机' })
  const tasks = rep.getByRole('button', { name: /群发任务/ })
  await tasks.click()
  const confirm = rep.getByRole('button', { name: '确认发送' })
  await expect(confirm.first()).toBeVisible()
  while ((await confirm.count()) > 0) {
    const waiting = await confirm.count()
    await confirm.first().click()
    await expect(confirm).not.toHaveCount(waiting)
  }
}

test('a customer lives through the first week, each thing once', async ({ page }) => {
  test.setTimeout(300_000)
  await demo.open(page, '/phones')
  const morning = page.getByRole('button', { name: '次日早上' })
  const nextMorning = async () => {
    await morning.click()
    await expect(morning).toBeEnabled({ timeout: 60_000 })
  }
  await nextMorning()
  await page.getByRole('button', { name: '客户扫码加好友' }).click()
  const customer = page.getByRole('region', { name: '客户的手机' })
  await expect(customer.getByText('接下来一周，我会分几次')).toBeVisible()
  for (const said of ['早上好，先送上一份入门指南', '今天分享一个同行的真实案例']) {
    await nextMorning()
    await confirmWhatWaits(page)
    await expect(customer.getByText(said)).toBeVisible()
  }
  const album = process.env.SIXTOUCH_LOOK
  if (album) await page.screenshot({ path: join(album, 'week.png') })
  for (let day = 3; day <= 7; day++) await nextMorning()
  await confirmWhatWaits(page)
  for (const said of ['早上好，先送上一份入门指南', '今天分享一个同行的真实案例', '一周过去了'])
    await expect(customer.getByText(said)).toHaveCount(1)

  await demo.open(page, '/touches?state=delivered')
  await expect(page.getByText('一周小结').first()).toBeVisible()
})
