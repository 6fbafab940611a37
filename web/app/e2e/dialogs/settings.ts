import type { Locator, Page } from '@playwright/test'
import { type Dialog, type Say, spaced } from './dialog'

const below = 'admin/pages/settings'

/** Presses the first button of a key's name. */
const press = (key: string) => (page: Page, say: Say) =>
  page
    .getByRole('button', { name: spaced(say(key)) })
    .first()
    .click()

/** Makes something by the API, unless the list that it stands in has an item already. */
const one =
  (list: string, data: unknown, is: (item: Record<string, unknown>) => boolean = () => true) =>
  async (page: Page, base: string): Promise<void> => {
    const { items } = (await (await page.request.get(`${base}/api/v1${list}`)).json()) as { items: Record<string, unknown>[] }
    if (items.some(is)) return
    const made = await page.request.post(`${base}/api/v1${list}`, { data })
    if (!made.ok()) throw new Error(`POST ${list}: ${await made.text()}`)
  }

/** Makes a draft of the rules that hold now. */
const draft = (list: string, current: string) => async (page: Page, base: string) => {
  const { rules } = (await (await page.request.get(`${base}/api/v1${list}/${current}`)).json()) as { rules: unknown }
  await one(list, { rules, note: '' }, (v) => v.state === 'draft' || v.version === null)(page, base)
}

const hook = one('/webhooks', { url: 'https://bi.example.com/hook', events: ['mql'] })

/** An endpoint that has been told something. */
const told = async (page: Page, base: string) => {
  await hook(page, base)
  const { items } = (await (await page.request.get(`${base}/api/v1/webhooks`)).json()) as { items: { id: number }[] }
  await one(`/webhooks/${items[0]?.id}/deliveries`, undefined)(page, base).catch(() =>
    page.request.post(`${base}/api/v1/webhooks/${items[0]?.id}/test`),
  )
}

const deliveries = (which: string, items: Record<string, unknown>[]): Dialog => ({
  file: `${below}/deliveries.tsx`,
  which,
  title: 'ui.hooks.deliveries',
  page: '/settings/webhooks',
  given: hook,
  open: async (page, say) => {
    const json = { items: items.map((d) => ({ ...d, created_at: '2026-03-04T02:00:00Z' })), next_cursor: '' }
    await page.route('**/deliveries?*', (route) => route.fulfill({ json }))
    await press('ui.hooks.deliveries')(page, say)
  },
})

const day = (date: string, own: boolean): Dialog => ({
  file: `${below}/day-dialog.tsx`,
  which: own ? 'own' : 'announced',
  title: () => (own ? /3\/4|0?4\/0?3/ : /3\/11|11\/0?3/),
  page: '/settings/calendar?year=2026',
  given: async (page, base) => {
    if (own) await page.request.put(`${base}/api/v1/calendar/${date}`, { data: { kind: 'off', name: 'BI' } })
  },
  open: (page) => page.locator(`[data-day="${date}"]`).click(),
  send: { button: 'ui.save', fill: (dialog) => dialog.getByRole('textbox').fill('BI') },
})

const welcome = (scope: 'state' | 'rep', choose: (dialog: Locator, page: Page) => Promise<void>): Dialog => ({
  file: `${below}/welcome-editor.tsx`,
  title: `ui.welcome.add.${scope}`,
  page: '/settings/welcomes',
  open: press(`ui.welcome.add.${scope}`),
  reads: scope === 'state' ? '/sources' : '/reps',
  send: {
    button: 'ui.save',
    fill: async (dialog, page) => {
      await choose(dialog, page)
      await dialog.getByRole('textbox').last().fill('BI')
    },
  },
})

/** What a synchronisation has found. */
const synced = (kind: 'tags' | 'groups'): Dialog => ({
  file: `${below}/synced.tsx`,
  title: `ui.set.sync.count.${kind}`,
  page: '/settings/wecom',
  open: (page, say) => page.getByRole('button', { name: new RegExp(`^${say(`ui.set.sync.count.${kind}`)} `) }).click(),
  reads: true,
})

export const settings: Dialog[] = [
  synced('tags'),
  synced('groups'),
  {
    file: `${below}/token-dialog.tsx`,
    title: 'ui.set.tokens.new',
    page: '/settings/tokens',
    open: press('ui.set.tokens.new'),
    send: { button: 'ui.set.tokens.make', fill: (dialog) => dialog.getByRole('textbox').first().fill('BI') },
  },
  {
    file: `${below}/token-dialog.tsx`,
    which: 'made',
    title: (say) => say('ui.set.tokens.ready', { name: 'BI' }),
    page: '/settings/tokens',
    open: async (page, say) => {
      await press('ui.set.tokens.new')(page, say)
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('textbox').first().fill('BI')
      await dialog.getByRole('button', { name: spaced(say('ui.set.tokens.make')) }).click()
    },
  },
  {
    file: `${below}/tokens.tsx`,
    which: 'revoke',
    title: (say) => say('ui.set.tokens.revoke.sure', { name: 'BI' }),
    page: '/settings/tokens',
    given: one('/tokens', { name: 'BI', role: 'read' }),
    open: press('ui.set.tokens.revoke'),
    beside: true,
    send: { button: 'ui.set.tokens.revoke' },
  },
  {
    file: `${below}/webhook-dialog.tsx`,
    title: 'ui.hooks.new',
    page: '/settings/webhooks',
    open: press('ui.hooks.new'),
    send: { button: 'ui.hooks.make', fill: (dialog) => dialog.getByRole('textbox').fill('https://bi.example.com') },
  },
  {
    file: `${below}/webhook-dialog.tsx`,
    title: 'ui.hooks.ready',
    page: '/settings/webhooks',
    open: async (page, say) => {
      await press('ui.hooks.new')(page, say)
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('textbox').fill('https://bi.example.com/hook')
      await dialog.getByRole('button', { name: spaced(say('ui.hooks.make')) }).click()
    },
  },
  {
    file: `${below}/webhooks.tsx`,
    title: 'ui.hooks.remove.sure',
    page: '/settings/webhooks',
    given: hook,
    open: press('ui.remove'),
    beside: true,
    send: { button: 'ui.remove' },
  },
  {
    file: `${below}/deliveries.tsx`,
    title: 'ui.hooks.deliveries',
    page: '/settings/webhooks',
    given: told,
    open: press('ui.hooks.deliveries'),
    reads: true,
  },
  deliveries('empty', []),
  {
    ...deliveries('parked', [{ id: 1, event: 'mql', state: 'parked', attempts: 9, answer: 503, error: '' }]),
    send: { button: 'ui.hooks.redrive' },
  },
  {
    file: `${below}/welcome-editor.tsx`,
    which: 'edit',
    title: (say) => say('ui.welcome.of', { name: say('ui.welcome.scope.default') }),
    page: '/settings/welcomes',
    open: (page, say) => page.getByRole('button', { name: say('ui.edit.of', { name: say('ui.welcome.scope.default') }) }).click(),
    send: { button: 'ui.save', fill: (dialog) => dialog.getByRole('textbox').last().fill('BI') },
  },
  welcome('state', (dialog) => dialog.getByRole('combobox').first().fill('bi2027')),
  welcome('rep', async (dialog, page) => {
    await dialog.getByRole('combobox').first().click()
    await page.locator('.ant-select-item-option').first().click()
  }),
  {
    file: `${below}/welcomes.tsx`,
    which: 'delete',
    title: (say) => say('ui.welcome.delete.sure', { name: say('ui.welcome.scope.default') }),
    page: '/settings/welcomes',
    open: (page, say) => page.getByRole('button', { name: say('ui.welcome.delete.of', { name: say('ui.welcome.scope.default') }) }).click(),
    beside: true,
    send: { button: 'ui.welcome.delete' },
  },
  day('2026-03-04', true),
  day('2026-03-11', false),
  {
    file: `${below}/limits-dialog.tsx`,
    title: 'ui.set.limits.change',
    page: '/settings/limits',
    open: press('ui.set.limits.change'),
    send: { button: 'ui.save', fill: (dialog) => dialog.getByRole('spinbutton').first().fill('2') },
  },
  {
    file: `${below}/source-dialog.tsx`,
    title: 'ui.sources.new',
    page: '/settings/sources',
    open: press('ui.sources.new'),
    send: {
      button: 'ui.save',
      fill: async (dialog, _, say) => {
        await dialog.getByLabel(say('ui.sources.name')).fill('BI')
        await dialog.getByLabel(say('ui.sources.code')).fill('bi')
      },
    },
  },
  {
    file: `${below}/source-dialog.tsx`,
    title: 'ui.sources.edit',
    page: '/settings/sources',
    open: (page, say) =>
      page
        .getByRole('listitem')
        .getByRole('button', { name: say('ui.edit.of', { name: '' }) })
        .first()
        .click(),
    send: { button: 'ui.save', fill: (dialog) => dialog.getByRole('spinbutton').fill('60') },
  },
  {
    file: `${below}/user-dialog.tsx`,
    title: () => '白露',
    page: '/settings/users?q=白露',
    open: press('ui.users.edit'),
    send: { button: 'ui.users.save', fill: (dialog) => dialog.getByRole('checkbox').last().check() },
  },
  {
    file: `${below}/user-dialog.tsx`,
    which: 'departments',
    title: () => '白露',
    page: '/settings/users?q=白露',
    open: async (page, say) => {
      await press('ui.users.edit')(page, say)
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('radio', { name: say('ui.role.manager') }).check()
      await dialog.getByText(say('ui.reach.departments'), { exact: true }).click()
    },
    reads: '/departments',
    send: {
      button: 'ui.users.save',
      fill: async (dialog, page) => {
        await dialog.getByRole('combobox').click()
        await page.locator('.ant-select-tree-node-content-wrapper').first().click()
        await dialog.getByRole('checkbox').last().focus()
      },
    },
  },
  {
    file: `${below}/stages/draft.tsx`,
    title: 'ui.stages.discard.sure',
    page: '/settings/stages',
    given: draft('/stage-rules', 'current'),
    open: press('ui.stages.discard'),
    beside: true,
    send: { button: 'ui.stages.discard' },
  },
  {
    file: `${below}/scoring/editor.tsx`,
    title: 'ui.score.publish.sure',
    page: '/settings/scoring',
    given: draft('/score-rules', 'live'),
    open: async (page, say) => {
      await page.getByRole('combobox', { name: say('ui.score.version') }).click()
      await page.locator('.ant-select-item-option').nth(1).click()
      await press('ui.score.publish')(page, say)
    },
    send: { button: 'ui.score.publish' },
  },
]
