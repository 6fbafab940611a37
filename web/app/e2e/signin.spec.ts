import { expect, playDemo, test } from './demo'
import { comeIn, give } from './people'

const demo = playDemo()

const words = {
  'zh-CN': { wrong: /密码不对/, submit: /登\s*录/, today: '今天', login: '登录', out: /退出/, password: '密码' },
  'en-GB': { wrong: /wrong/i, submit: 'Sign in', today: 'Today', login: 'Sign in', out: /Sign out/, password: 'password' },
} as const

for (const locale of ['zh-CN', 'en-GB'] as const) {
  test.describe(locale, () => {
    test.use({ locale })
    const w = words[locale]

    test('a wrong password says so, the right one leads to the page that was wanted, and out again', async ({ page, expectConsole }) => {
      expectConsole(/401/)
      await page.goto(`${demo.base}/sops`)
      await expect(page).toHaveURL(/\/login\?next=%2Fsops/)
      const password = page.locator('#password')
      await password.fill('not this one')
      await page.getByRole('button', { name: w.submit, exact: true }).click()
      await expect(page.getByRole('alert')).toContainText(w.wrong)
      await password.fill(demo.password)
      await password.press('Enter')
      await expect(page).toHaveURL(`${demo.base}/sops`)
      await page.getByRole('button', { name: w.out }).click()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(w.login)
      await page.goto(`${demo.base}/`)
      await expect(page).toHaveURL(/\/login/)
    })

    test('a manager scans the code and arrives at today', async ({ page }) => {
      await give(demo, 'linxiaoman', { role: 'manager', reach: 'all' })
      await page.goto(`${demo.base}/login`)
      await page.locator('a[href^="/login/wecom"]').click()
      await page.getByRole('link', { name: '林小满' }).click()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(w.today)
      await expect(page.getByRole('button', { name: w.out })).toContainText('林小满')
    })

    test.describe('inside WeCom', () => {
      test.use({ userAgent: 'Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0 wxwork/4.1.22' })

      test('a rep is asked nothing and arrives at the day', async ({ page }) => {
        await page.goto(`${demo.base}/login`)
        await page.getByRole('link', { name: '周瑜' }).click()
        await expect(page).toHaveURL(`${demo.base}/m/day`)
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      })
    })
  })
}

test('a rep who opens the front door is shown to the day', async ({ page }) => {
  await comeIn(page, demo, '周瑜', '/contacts')
  await expect(page).toHaveURL(`${demo.base}/contacts`)
  await page.goto(`${demo.base}/`)
  await expect(page).toHaveURL(`${demo.base}/m/day`)
})

test('who turns back at WeCom is told so and can begin again', async ({ page }) => {
  await page.goto(`${demo.base}/login/wecom`)
  await page.getByRole('link', { name: '取消' }).click()
  await expect(page).toHaveURL(/fault=cancelled/)
  await expect(page.getByRole('alert')).toBeVisible()
  await expect(page.getByRole('link', { name: '用企业微信登录' })).toBeVisible()
})

test('a session that is ended elsewhere leads to the sign-in and back to where one was', async ({ page, browser, expectConsole }) => {
  expectConsole(/401/)
  await demo.open(page, '/contacts?stage=mql')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('客户')
  const elsewhere = await (await browser.newContext({ locale: 'zh-CN' })).newPage()
  await demo.open(elsewhere, '/settings/sessions')
  const others = elsewhere.getByRole('row').filter({ hasNotText: '本设备' }).getByRole('button')
  await expect(others).not.toHaveCount(0)
  for (let n = await others.count(); n > 0; n--) {
    await others.first().click()
    await expect(others).toHaveCount(n - 1)
  }
  await page.reload()
  await expect(page).toHaveURL(/\/login\?next=/)
  await page.locator('#password').fill(demo.password)
  await page.locator('#password').press('Enter')
  await expect(page).toHaveURL(`${demo.base}/contacts?stage=mql`)
  await elsewhere.context().close()
})

// The last one: it locks this address out.
test('after ten wrong passwords even the right one has to wait', async ({ page, expectConsole }) => {
  expectConsole(/40[19]|429/)
  await page.goto(`${demo.base}/login`)
  for (let n = 0; n < 10; n++) await page.request.post(`${demo.base}/api/v1/session`, { data: { user: 'admin', password: 'guess' } })
  await page.locator('#password').fill(demo.password)
  await page.locator('#password').press('Enter')
  await expect(page.getByRole('alert')).toContainText('15 分钟')
  await expect(page).toHaveURL(`${demo.base}/login`)
})
