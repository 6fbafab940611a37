import { expect, playDemo, test } from './demo'

const demo = playDemo()

test('the tour tells the story in seven clicks, by keyboard alone', async ({ page }) => {
  await demo.open(page, '/phones')
  await page.getByRole('button', { name: '开始导览' }).press('Enter')
  for (const key of ['scan', 'known', 'tag', 'morning', 'tasks', 'confirm', 'ring']) {
    const target = page.locator(`body[data-step="${key}"] [data-tour="${key}"]`)
    await expect(target).toBeFocused({ timeout: 30_000 })
    await page.keyboard.press('Enter')
  }
  await expect(page.getByText('这就是六触')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('img', { name: /六触环：\d+ \/ \d+/ })).toBeVisible()
  const customer = page.getByRole('region', { name: '客户的手机' })
  await expect(customer.getByText('早上好，先送上一份入门指南')).toBeVisible()

  await page.getByRole('button', { name: '从头再来' }).click()
  await expect(page.locator('[data-tour="scan"]')).toBeFocused()
  await page.getByRole('button', { name: '结束导览' }).click()
  await expect(page.getByRole('button', { name: '开始导览' })).toBeVisible()
})

test('a rep and a customer write to each other, and the ledger has it', async ({ page }) => {
  await demo.open(page, '/phones')
  await page.getByRole('button', { name: '客户扫码加好友' }).click()
  const customer = page.getByRole('region', { name: '客户的手机' })
  const member = page.getByRole('region', { name: '员工的手机' })
  await expect(customer.getByText('欢迎语')).toBeVisible()
  await customer.getByLabel('写一句话').fill('请问有报价吗')
  await customer.getByLabel('写一句话').press('Enter')
  await expect(member.getByText('请问有报价吗')).toBeVisible()
  await member.getByLabel('写一句话').fill('马上发您')
  await member.getByRole('button', { name: '发送', exact: true }).click()
  await expect(customer.getByText('马上发您')).toBeVisible()

  await page.getByRole('button', { name: '收件账本' }).click()
  const ledger = page.getByRole('complementary', { name: '收件账本' })
  await ledger.getByLabel('类别').selectOption('chat')
  await expect(ledger.getByRole('listitem').first()).toContainText('马上发您')
  await customer.getByRole('button', { name: '删除好友' }).click()
  await expect(member.getByText('客户已删除这位员工')).toBeVisible()
  await expect(member.getByLabel('写一句话')).toBeDisabled()
})

interface Reply {
  err_msg: string
}

test('what the product’s sidebar sends arrives in the chat', async ({ page }) => {
  await demo.open(page, '/phones')
  await page.getByRole('button', { name: '客户扫码加好友' }).click()
  const customer = page.getByRole('region', { name: '客户的手机' })
  await expect(customer.getByText('欢迎语')).toBeVisible()
  await page.getByRole('region', { name: '员工的手机' }).getByRole('button', { name: '侧边栏' }).click()
  await expect(page.frameLocator('iframe').getByText('现在做什么')).toBeVisible()
  const frame = page.frames().find((f) => f.url().includes('/m/contact'))
  const reply = await frame?.evaluate(async (): Promise<string> => {
    const url = location.href.split('#')[0] ?? ''
    const signed = await (await fetch(`/api/v1/me/page-signature?${new URLSearchParams({ url })}`)).json()
    const { timestamp, nonce, signature } = signed.agent_config
    const wx = (window as unknown as { wx: Record<string, (...args: unknown[]) => void> }).wx
    const config = { corpid: signed.corp_id, agentid: signed.agent_id, timestamp, nonceStr: nonce, jsApiList: ['sendChatMessage'] }
    const configured = (sign: string) =>
      new Promise<boolean>((done) => wx.agentConfig?.({ ...config, signature: sign, success: () => done(true), fail: () => done(false) }))
    if (await configured('0'.repeat(40))) return 'took a made-up signature'
    if (!(await configured(signature))) return 'refused a good signature'
    const message = { msgtype: 'text', text: { content: '这是您要的方案' } }
    return new Promise((done) => wx.invoke?.('sendChatMessage', message, (r: Reply) => done(r.err_msg)))
  })
  expect(reply).toBe('sendChatMessage:ok')
  await expect(customer.getByText('这是您要的方案')).toBeVisible()
  await expect(customer.getByText('从侧边栏发出')).toBeVisible()
})

test('two thousand people are found by name, and a fault has a switch', async ({ page }) => {
  await demo.open(page, '/phones')
  await page.getByText('客户', { exact: true }).click()
  const picker = page.getByRole('complementary', { name: '所有人' })
  await expect(picker.getByRole('status')).toContainText(/2,0\d\d/)
  expect(await picker.getByRole('listitem').count()).toBeLessThan(60)
  await picker.getByRole('searchbox').fill('华图')
  await expect(picker.getByRole('listitem').first()).toContainText('华图')
  await picker.getByRole('listitem').first().getByRole('button').click()
  await expect(page.getByRole('region', { name: '客户的手机' })).toBeVisible()
  await expect(page).toHaveURL(/show=c:w/)

  await page.getByRole('button', { name: '故障' }).click()
  const limit = page.getByRole('switch', { name: '触发频率限制' })
  await limit.click()
  await expect(limit).toBeChecked()
  await limit.click()
  await expect(limit).not.toBeChecked()
})

test('what cannot be played is said, and can be tried again', async ({ page, expectConsole }) => {
  expectConsole(/status of 500/)
  const stumbled = '服务器开小差了'
  let broken = true
  const acts: string[] = []
  await demo.open(page, '/phones?drawer=faults')
  await page.route('**/api/demo/**', (route) => {
    if (route.request().method() === 'GET') return route.fallback()
    acts.push(new URL(route.request().url()).pathname)
    if (!broken) return route.fallback()
    return route.fulfill({ status: 500, contentType: 'application/problem+json', json: { status: 500, code: 'internal', title: stumbled } })
  })

  const faults = page.getByRole('complementary', { name: '故障' })
  const limit = faults.getByRole('switch', { name: '触发频率限制' })
  await limit.click()
  await expect(faults.getByRole('alert')).toContainText(stumbled)
  await expect(limit).not.toBeChecked()
  broken = false
  await faults.getByRole('button', { name: '重试' }).click()
  await expect(limit).toBeChecked()
  await expect(faults.getByRole('alert')).toHaveCount(0)
  await limit.click()
  await expect(limit).not.toBeChecked()

  broken = true
  const clock = page.getByRole('group', { name: '演示时间' })
  await clock.getByRole('button', { name: '+1 小时' }).click()
  await expect(clock.getByRole('alert')).toContainText(stumbled)
  await expect(clock.getByRole('button', { name: '+1 小时' })).toBeEnabled()

  const bar = page.getByRole('banner')
  await bar.getByRole('button', { name: '客户扫码加好友' }).click()
  await expect(bar.getByRole('alert').filter({ hasText: stumbled })).toHaveCount(2)
  broken = false
  await bar.getByRole('button', { name: '客户扫码加好友' }).click()
  const customer = page.getByRole('region', { name: '客户的手机' })
  const line = customer.getByLabel('写一句话')
  await expect(line).toBeVisible()

  broken = true
  acts.length = 0
  await line.fill('请问有报价吗')
  await line.press('Enter')
  await expect(customer.getByRole('alert')).toContainText(stumbled)
  await expect(line).toHaveValue('请问有报价吗')
  expect(acts).toEqual(['/api/demo/messages'])
  broken = false
  await line.press('Enter')
  await expect(line).toHaveValue('')
  await expect(customer.getByRole('alert')).toHaveCount(0)
})
