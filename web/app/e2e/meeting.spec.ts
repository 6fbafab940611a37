import { expect, playDemo, test } from './demo'

const demo = playDemo()

test('the meeting begins with the untouched and is led by keyboard', async ({ page }) => {
  await demo.open(page, '/meeting')
  const answer = await page.request.get(`${demo.base}/api/v1/meeting?days=90&limit=5`)
  const { items } = (await answer.json()) as { items: { name: string; ring: { total: number } }[] }
  expect(items.map((i) => i.ring.total)).toEqual(items.map((i) => i.ring.total).sort((a, b) => a - b))
  const names = page.locator('.meeting-name > span:first-child')
  await expect(names.first()).toHaveText(items[0]?.name ?? '')

  await page.getByRole('button', { name: '开始会议' }).click()
  const account = page.getByRole('region', { name: '会议大屏' }).getByRole('heading', { level: 2 })
  const shows = (n: number) => expect(account).toHaveText(items[n]?.name ?? '')
  await shows(0)
  await page.keyboard.press('ArrowRight')
  await shows(1)
  await page.keyboard.press('j')
  await shows(2)
  await page.keyboard.press('k')
  await shows(1)
  await page.keyboard.press('Home')
  await shows(0)
  await page.keyboard.press('ArrowLeft')
  await shows(0)
  await expect(page).toHaveURL(/at=0/)
  await page.keyboard.press('Escape')
  await expect(account).toHaveCount(0)
})

test('each number of an owner leads to so many accounts', async ({ page }) => {
  await demo.open(page, '/meeting')
  const facts = page.locator('.owners li').first().locator('.bar-facts')
  for (const [words, address] of [
    [/^\d+ 家$/, /owner=\d+/],
    [/零触达/, /only=untouched/],
    [/已满/, /only=full/],
  ] as const) {
    const link = facts.getByRole('link', { name: words })
    const count = Number(/\d+/.exec((await link.textContent()) ?? '')?.[0])
    await link.click()
    await expect(page).toHaveURL(address)
    await expect(page.locator('.meeting-list li')).toHaveCount(count)
  }
})
