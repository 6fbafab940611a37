import type { Locator, Page } from '@playwright/test'
import { expect } from '../demo'
import { type Dialog, type Say, spaced } from './dialog'

const rep = 'BaiLu'
const known = 'wmDEMO00000000000000000000000017'
const chat = `/m/contact?as=${rep}&ext=${known}&external_userid=${known}`

interface Waiting {
  kind: string
  title: string
}

async function waiting(page: Page, base: string, kind: string): Promise<Waiting[]> {
  const day = await page.request.get(`${base}/api/v1/me/day`, { headers: { 'X-Sim-As': rep } })
  const { items } = (await day.json()) as { items: Waiting[] }
  return items.filter((i) => i.kind === kind)
}

/** Lets days pass until something of the first week's programme waits for the rep. */
const until = (kind: 'prompt' | 'send', days: number) => async (page: Page, base: string) => {
  if ((await waiting(page, base, kind)).length > 0) return
  await page.request.post(`${base}/api/demo/follows`, { data: { userid: rep.toLowerCase() } })
  const planned = () => page.request.get(`${base}/api/demo/clock`).then(async (c) => ((await c.json()) as { busy: number }).busy)
  for (let i = 0; i < days; i++) {
    await expect.poll(planned).toBe(0)
    const moved = await page.request.post(`${base}/api/demo/clock`, { data: { to: 'morning' } })
    expect(moved.ok()).toBe(true)
  }
  await expect.poll(async () => (await waiting(page, base, kind)).length, { timeout: 60_000 }).toBeGreaterThan(0)
}

/** The card of the first item of a kind. */
const card = (page: Page, kind: string): Locator => page.locator(`.kind-${kind}`).first()

const press = (where: Locator, name: string) => where.getByRole('button', { name: spaced(name) }).click()

const prompts = { page: `/m/day?as=${rep}`, given: until('prompt', 3) }

const more = (page: Page, say: Say) => press(card(page, 'prompt'), say('m.more'))

/** A choice whose button says more than its name. */
const choice = (key: string) => (dialog: Locator, say: Say) => dialog.getByRole('button', { name: new RegExp(`^${say(key)}`) })

export const phone: Dialog[] = [
  {
    file: 'phone/day/snooze-sheet.tsx',
    title: 'm.later.title',
    ...prompts,
    open: (page, say) => press(card(page, 'prompt'), say('m.later')),
    send: {
      button: choice('m.later.tomorrow'),
      fill: (dialog, _, say) => press(dialog, say('m.later.why.busy')),
      later: true,
    },
  },
  {
    file: 'phone/day/more-sheet.tsx',
    title: 'm.more',
    ...prompts,
    open: more,
    send: { button: 'm.answer.positive', later: true },
  },
  {
    file: 'phone/day/why-sheet.tsx',
    title: 'm.why',
    ...prompts,
    open: async (page, say) => {
      await more(page, say)
      await press(page.getByRole('dialog'), say('m.why'))
    },
    reads: true,
  },
  {
    file: 'phone/day/send-sheet.tsx',
    title: () => /指南|案例|建议|方案|小结/,
    page: `/m/day?as=${rep}`,
    given: until('send', 1),
    open: (page, say) => press(card(page, 'send'), say('m.send.go')),
  },
  {
    file: 'phone/day/reject-sheet.tsx',
    title: 'm.reject.title',
    page: '/m/day?as=ZhouYu',
    open: (page, say) => press(card(page, 'handover'), say('m.reject')),
    send: {
      button: 'm.reject',
      fill: async (dialog, _, say) => {
        await press(dialog, say('loss.no_budget'))
        await dialog.getByRole('textbox').fill('BI')
      },
      later: true,
    },
  },
  {
    file: 'phone/contact/role-sheet.tsx',
    title: 'm.role.title',
    page: chat,
    open: (page, say) => page.getByRole('button', { name: say('m.role.correct') }).click(),
    send: { button: 'filter.word.role.boss' },
  },
  {
    file: 'phone/contact/company-sheet.tsx',
    title: 'm.company.title',
    page: chat,
    open: async (page, say) => {
      await page
        .getByRole('button', { name: new RegExp(`${say('m.company.correct')}|${say('m.company.choose')}`.replaceAll('?', '\\?')) })
        .click()
      await page.getByRole('searchbox').fill('科技')
    },
    reads: true,
    send: {
      button: (dialog) => dialog.getByRole('listitem').first().getByRole('button'),
      fill: async (dialog) => expect(dialog.getByText('科技').first()).toBeVisible(),
    },
  },
  {
    file: 'phone/contact/company-sheet.tsx',
    which: 'nothing',
    title: 'm.company.title',
    page: chat,
    open: async (page, say) => {
      await page
        .getByRole('button', { name: new RegExp(`${say('m.company.correct')}|${say('m.company.choose')}`.replaceAll('?', '\\?')) })
        .click()
      await page.getByRole('searchbox').fill('没有这家')
      await expect(page.getByText(say('m.company.nothing'))).toBeVisible()
    },
  },
  {
    file: 'phone/contact/call-sheet.tsx',
    title: 'm.call.title',
    page: chat,
    open: (page, say) => press(page.locator('main'), say('m.log.call_answered')),
    send: { button: (dialog, say) => dialog.getByRole('button', { name: say('m.call.minutes', { n: 5 }), exact: true }), later: true },
  },
  {
    file: 'phone/contact/need-sheet.tsx',
    title: 'm.need.title',
    page: chat,
    open: (page, say) => press(page.locator('main'), say('m.log.need_answered')),
    send: {
      button: 'm.need.save',
      fill: async (dialog, _, say) => {
        await press(dialog, say('m.need.budget'))
        await dialog.getByRole('textbox').fill('30 BI')
      },
      later: true,
    },
  },
]
