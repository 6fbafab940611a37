import type { Locator, Page } from '@playwright/test'
import { type Dialog, type Say, spaced } from './dialog'
import { audience, draftProgramme, openImport, pausedProgramme, programme, records } from './records'

const press =
  (key: string): Dialog['open'] =>
  (page, say) =>
    page
      .getByRole('button', { name: spaced(say(key)) })
      .first()
      .click()

/** A choice of a list. */
async function choose(dialog: Locator, page: Page, label: string, option: string): Promise<void> {
  await dialog.getByRole('combobox', { name: label }).click()
  await page.locator('.ant-select-dropdown:visible').getByText(option, { exact: true }).click()
}

const chooseAudience = (dialog: Locator, page: Page, say: Say) => choose(dialog, page, say('ui.enrol.source.audience'), audience.name)

/** Calls that ended so. */
function calls(state: 'stuck' | 'failed', more: object): Dialog['given'] {
  const at = new Date().toISOString()
  const call = {
    id: 7,
    channel: 'group_message',
    rep_id: 1,
    rep_name: '白露',
    sop_id: 1,
    sop_name: '新好友 7 天',
    step_key: 'd1-guide',
    step_name: '入门指南',
    state,
    attempts: 3,
    recipients: 108,
    remote_id: '',
    candidates: [],
    last_error: 'media_refused',
    age_seconds: 60,
    next_at: at,
    created_at: at,
    called_at: at,
    sent_at: null,
    final_at: null,
    ...more,
  }
  return (page) => page.route('**/api/v1/dispatches?*', (route) => route.fulfill({ json: { items: [call] } }))
}

/** The kill switch for everything is thrown. */
const stopped: Dialog['given'] = (page) =>
  page.route('**/api/v1/stop', (route) =>
    route.request().method() === 'GET'
      ? route.fulfill({
          json: {
            stopped_at: '2026-03-02T02:00:00Z',
            stopped_by: 'admin',
            held: 12,
            open: 0,
            cancelling: 0,
            cancelled: 40,
            not_stoppable: 2,
          },
        })
      : route.fallback(),
  )

/** What the menu of the programme's row offers. */
const inMenu =
  (key: string): Dialog['open'] =>
  async (page, say) => {
    await page.getByRole('button', { name: say('ui.sops.more', { name: programme.name }) }).click()
    await page.getByRole('menuitem', { name: say(key) }).click()
  }

const sop = `/sops/${programme.id}` as const
const versions = `${sop}/versions?from=1&to=0`

export const work: Dialog[] = [
  {
    file: 'admin/sop/publish-dialog.tsx',
    title: (say) => say('ui.sop.publish.next', { n: 2 }),
    which: 'next',
    page: sop,
    given: records,
    open: press('ui.sop.publish'),
    reads: true,
    send: { button: 'ui.sop.publish.confirm' },
  },
  {
    file: 'admin/sop/publish-dialog.tsx',
    title: 'ui.sop.publish.first',
    page: `/sops/${draftProgramme.id}`,
    given: records,
    open: press('ui.sop.publish'),
    send: { button: 'ui.sop.publish.confirm' },
  },
  {
    file: 'admin/sop/time-machine.tsx',
    title: 'ui.sop.past',
    page: sop,
    given: records,
    open: press('ui.sop.past.open'),
    send: { button: 'ui.sop.past.run' },
  },
  {
    file: 'admin/sop/forecast-rows.tsx',
    title: (say) => say('ui.sop.forecast.on', { day: '' }).trim(),
    page: sop,
    given: records,
    open: (page) => page.locator('.forecast-bars button:enabled').first().click(),
  },
  {
    file: 'admin/ops/queue-retry.tsx',
    title: 'ui.queue.retry.title',
    page: '/queue?state=failed',
    given: calls('failed', {}),
    open: press('ui.queue.retry'),
    send: { button: 'ui.queue.again' },
  },
  {
    file: 'admin/ops/queue-retry.tsx',
    title: 'ui.queue.decide.title',
    page: '/queue?state=stuck',
    given: calls('stuck', { candidates: ['msgGCAAAXtWyujaWJHDDGi0mACAAAA', 'msgGCAAAXtWyujaWJHDDGi0mACBBBB'] }),
    open: press('ui.queue.decide'),
    send: { button: 'ui.queue.adopt', fill: (dialog) => dialog.getByRole('radio').first().check() },
  },
  { file: 'admin/shell.tsx', title: 'ui.menu', page: '/', narrow: true, open: press('ui.menu') },
  {
    file: 'admin/programmes/controls.tsx',
    title: 'ui.pause.title',
    page: versions,
    given: records,
    open: press('ui.pause'),
    send: { button: 'ui.pause' },
  },
  {
    file: 'admin/programmes/controls.tsx',
    title: 'ui.resume.title',
    page: `/sops/${pausedProgramme.id}/versions`,
    given: records,
    open: press('ui.resume'),
    reads: true,
    send: { button: 'ui.resume' },
  },
  {
    file: 'admin/programmes/controls.tsx',
    title: 'ui.stop.title',
    page: versions,
    given: records,
    open: press('ui.stop'),
    reads: `${sop}/stop`,
    send: { button: 'ui.stop' },
  },
  {
    file: 'admin/programmes/enrol-dialog.tsx',
    title: 'ui.enrol.title',
    page: versions,
    given: records,
    open: press('ui.enrol.open'),
    reads: true,
    send: { button: 'ui.enrol.count', fill: chooseAudience },
  },
  {
    file: 'admin/programmes/enrol-dialog.tsx',
    title: (say) => say('ui.enrol.title'),
    which: 'into which',
    page: `/audiences/${audience.id}`,
    given: records,
    open: press('ui.enrol.open'),
    reads: true,
    send: {
      button: 'ui.enrol.go',
      fill: async (dialog, page, say) => {
        await choose(dialog, page, say('ui.enrol.programme'), programme.name)
        await dialog.getByRole('button', { name: spaced(say('ui.enrol.count')) }).click()
        await dialog.getByText(say('ui.enrol.dry')).waitFor()
      },
    },
  },
  {
    file: 'admin/programmes/enrol-dialog.tsx',
    title: (say) => say('ui.enrol.title'),
    which: 'without audiences',
    page: versions,
    given: async (page, base) => {
      await records(page, base)
      await page.route('**/api/v1/audiences?*', (route) => route.fulfill({ json: { items: [] } }))
    },
    open: press('ui.enrol.open'),
  },
  {
    file: 'admin/programmes/diff-view.tsx',
    title: 'ui.versions.gain',
    page: versions,
    given: records,
    open: (page, say) =>
      page
        .locator('.numbers > div', { hasText: say('ui.versions.gain') })
        .getByRole('button')
        .click(),
    reads: true,
  },
  {
    file: 'admin/programmes/archive-dialog.tsx',
    title: (say) => `${say('ui.sops.archive')} ${programme.name}`,
    page: '/sops',
    given: records,
    open: inMenu('ui.sops.archive'),
    send: { button: 'ui.sops.archive' },
  },
  {
    file: 'admin/programmes/stop-all.tsx',
    title: 'ui.stop.all',
    page: '/sops',
    open: press('ui.stop.all'),
    reads: '/stop',
    send: { button: 'ui.stop.all' },
  },
  {
    file: 'admin/programmes/stop-all.tsx',
    title: 'ui.resume.all',
    page: '/sops',
    given: stopped,
    open: press('ui.resume.all'),
    send: { button: 'ui.resume' },
  },
  {
    file: 'admin/pages/sop-new.tsx',
    title: (say) => (say('ui.language.other') === 'English' ? '新好友 7 天' : 'New friend, 7 days'),
    page: '/sops/new',
    open: (page, say) =>
      page
        .getByRole('button', { name: say('ui.sops.look.of', { name: '' }) })
        .first()
        .click(),
    send: { button: 'ui.sops.use' },
  },
  {
    file: 'admin/pages/audience.tsx',
    title: 'ui.audiences.delete.sure',
    page: `/audiences/${audience.id}`,
    given: records,
    open: press('ui.audiences.delete'),
    beside: true,
    send: { button: 'ui.audiences.delete' },
  },
  {
    file: 'admin/filter/live-count.tsx',
    title: (say) => say('ui.filter.people', { n: audience.people }),
    page: '/audiences/new',
    open: (page) => page.locator('.filter-count button').click(),
    reads: 'POST',
  },
  {
    file: 'admin/pages/import/one.tsx',
    title: 'ui.import.cancel.sure',
    page: `/import/${openImport}`,
    given: records,
    open: press('ui.import.cancel'),
    beside: true,
    send: { button: 'ui.import.cancel' },
  },
]
