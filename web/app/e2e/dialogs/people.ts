import type { Locator, Page } from '@playwright/test'
import { expect } from '../demo'
import { type Dialog, type Say, spaced } from './dialog'

const account = '/accounts/123'
const contact = '/contacts/5'

export const people: Dialog[] = [
  {
    file: 'admin/pages/handovers/reject-dialog.tsx',
    title: (say) => opening(say('ui.handovers.reject.title')),
    page: '/handovers',
    open: press('ui.handovers.reject'),
    send: {
      button: 'ui.handovers.reject',
      fill: async (dialog) => {
        await choose(dialog)
        await dialog.locator('textarea').fill('刚换了供应商')
      },
    },
  },
  {
    file: 'admin/pages/opportunities/open-dialog.tsx',
    title: 'ui.deals.open',
    page: '/opportunities',
    open: press('ui.deals.open'),
    reads: true,
    send: { button: 'ui.deals.open.do', fill: (dialog, _, say) => deal(dialog, say) },
  },
  {
    file: 'admin/pages/opportunities/lost-dialog.tsx',
    title: (say) => closing(say('ui.deals.lost.title')),
    page: '/opportunities',
    open: async (page, say) => {
      const menu = say('ui.deals.menu').replace('{name}', '')
      await page.getByRole('button', { name: menu }).first().click()
      await page.getByRole('menuitem', { name: say('ui.deals.lost') }).click()
    },
    send: { button: 'ui.deals.lost', fill: choose },
  },
  {
    file: 'admin/pages/targets/new-target.tsx',
    title: 'ui.targets.new',
    page: '/targets',
    open: press('ui.targets.new'),
    reads: true,
    send: { button: 'ui.add', fill: (dialog) => dialog.getByRole('textbox').first().fill('华东重点') },
  },
  {
    file: 'admin/pages/targets/target.tsx',
    title: 'ui.targets.close.sure',
    page: '/targets/1',
    open: press('ui.targets.close'),
    beside: true,
    send: { button: 'ui.targets.close' },
  },
  {
    file: 'admin/pages/targets/target.tsx',
    title: 'ui.targets.remove.sure',
    page: '/targets/2',
    given: chosenByHand,
    open: press('ui.remove'),
    beside: true,
    send: { button: 'ui.remove' },
  },
  {
    file: 'admin/pages/accounts/new-account.tsx',
    title: 'ui.accounts.new',
    page: '/accounts',
    open: press('ui.accounts.new'),
    send: { button: 'ui.add', fill: (dialog) => dialog.getByRole('textbox').first().fill('星辰科技') },
  },
  {
    file: 'admin/pages/account/edit.tsx',
    title: 'ui.account.edit',
    page: account,
    open: press('ui.edit'),
    reads: true,
    send: { button: 'ui.save', fill: (dialog) => dialog.getByRole('textbox').first().fill('星辰科技') },
  },
  {
    file: 'admin/pages/account/plan.tsx',
    title: 'ui.plan.remove.sure',
    page: account,
    given: once('actions', { side: 'sales', title: '约 CIO 见面', rep_id: 1, due_day: '2099-01-01' }),
    open: press('ui.delete'),
    beside: true,
    send: { button: 'ui.delete' },
  },
  {
    file: 'admin/pages/account/events.tsx',
    title: 'ui.events.remove.sure',
    page: '/accounts/122',
    given: once('events', { kind: 'funding', title: 'B 轮融资', at: '2026-01-05T00:00:00+08:00' }, 122),
    open: press('ui.delete'),
    beside: true,
    send: { button: 'ui.delete' },
  },
  {
    file: 'admin/pages/account/notes.tsx',
    title: 'ui.notes.remove.sure',
    page: '/accounts/121',
    given: once('notes', { text: '采购流程要两个月' }, 121),
    open: press('ui.delete'),
    beside: true,
    send: { button: 'ui.delete' },
  },
  {
    file: 'admin/pages/account/names.tsx',
    title: 'ui.names.remove.sure',
    page: account,
    open: (page, say) =>
      page
        .getByRole('button', { name: opening(say('ui.names.remove.of')) })
        .first()
        .click(),
    beside: true,
    send: { button: 'ui.names.remove' },
  },
  {
    file: 'admin/pages/account/merges.tsx',
    title: 'ui.merge.merge.title',
    page: account,
    open: press('ui.merge.merge'),
    reads: true,
    send: { button: 'ui.merge.merge', fill: choose },
  },
  {
    file: 'admin/pages/account/merges.tsx',
    title: 'ui.merge.split.title',
    page: account,
    open: press('ui.merge.split'),
    reads: true,
    send: {
      button: 'ui.merge.split',
      fill: async (dialog) => {
        await choose(dialog)
        await dialog.getByRole('combobox').first().press('Escape')
        await choose(dialog, 1)
      },
    },
  },
  {
    file: 'admin/pages/contact/acts.tsx',
    title: 'ui.act.outcome',
    page: contact,
    open: press('ui.act.outcome'),
    send: { button: 'ui.act.log' },
  },
  {
    file: 'admin/pages/contact/acts.tsx',
    title: 'ui.act.stage',
    page: contact,
    open: press('ui.act.stage'),
    send: {
      button: 'ui.act.move',
      fill: async (dialog) => {
        await choose(dialog)
        await choose(dialog, 1)
      },
    },
  },
  {
    file: 'admin/pages/contact/programmes.tsx',
    title: (say) => opening(say('ui.runs.stop.ask')),
    page: contact,
    given: enrolled,
    open: (page, say) =>
      page
        .getByRole('button', { name: opening(say('ui.runs.stop.of')) })
        .first()
        .click(),
    beside: true,
    send: { button: 'ui.runs.stop' },
  },
  {
    file: 'admin/pages/contact/privacy.tsx',
    title: 'ui.privacy.erase',
    page: contact,
    open: press('ui.privacy.erase'),
    send: {
      button: 'ui.privacy.erase',
      fill: async (dialog) => {
        await choose(dialog)
        await dialog.getByRole('textbox').fill((await dialog.locator('code').textContent()) ?? '')
      },
    },
  },
]

/** Presses a button of the page. */
function press(key: string): Dialog['open'] {
  return (page, say) =>
    page
      .getByRole('button', { name: spaced(say(key)) })
      .first()
      .click()
}

/** What stands before or after the value in a text. */
const opening = (text: string) => text.slice(0, text.indexOf('{'))
const closing = (text: string) => text.slice(text.indexOf('}') + 1)

/** Takes the first choice of one of a dialog's selections, by keyboard. */
async function choose(dialog: Locator, at: number | Page = 0): Promise<void> {
  const box = dialog.getByRole('combobox').nth(typeof at === 'number' ? at : 0)
  const choices = dialog.page().locator('.ant-select-dropdown:visible .ant-select-item-option')
  await expect(choices).toHaveCount(0)
  await box.press('ArrowDown')
  await expect(choices.first()).toBeVisible()
  await box.press('Enter')
}

async function deal(dialog: Locator, say: Say): Promise<void> {
  await choose(dialog)
  await dialog.getByRole('textbox', { name: say('ui.deals.open.name') }).fill('2026 年度采购')
}

/** Adds something to an account that has none of it. */
function once(what: 'actions' | 'events' | 'notes', data: object, id = 123): Dialog['given'] {
  return async (page, base) => {
    const url = `${base}/api/v1/accounts/${id}`
    const found = await (await page.request.get(url)).json()
    if (found[what].length === 0) await made(page, `${url}/${what}`, data)
  }
}

/** Makes a list of companies that are chosen by hand. */
async function chosenByHand(page: Page, base: string): Promise<void> {
  const url = `${base}/api/v1/target-lists`
  const { items } = await (await page.request.get(url)).json()
  if (items.length > 1) return
  await made(page, url, { name: '华东重点' })
  await made(page, `${url}/2/nominations`, { nominations: [{ account_id: 123, note: '老客户介绍' }] })
}

/** Lets the contact into a programme. */
async function enrolled(page: Page, base: string): Promise<void> {
  const { items } = await (await page.request.get(`${base}/api/v1${contact}/enrollments`)).json()
  if (!items.some((run: { state: string }) => run.state === 'active'))
    await made(page, `${base}/api/v1/sops/1/enrollments`, { contact_ids: [5] })
}

async function made(page: Page, url: string, data: object): Promise<void> {
  const answer = await page.request.post(url, { data })
  expect(answer.ok(), `${url}: ${await answer.text()}`).toBe(true)
}
