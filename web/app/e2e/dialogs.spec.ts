import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page, Route } from '@playwright/test'
import { playDemo, expect as slowly, test } from './demo'
import { type Dialog, type Say, shown, spaced, words } from './dialogs/dialog'
import { people } from './dialogs/people'
import { phone } from './dialogs/phone'
import { settings } from './dialogs/settings'
import { work } from './dialogs/work'
import { foreignWords, machineWords, serious } from './look'

const demo = playDemo()

// What is wrong with many dialogs is told within the test's time.
const expect = slowly.configure({ timeout: 5_000 })

const places = { work, people, settings, phone }

const questions = '**/api/v1/**'
const waiting = '.ant-skeleton, .ant-spin-spinning, [data-loading], [aria-busy="true"]'
const nothing = '.ant-empty, .nothing'
const stumbled = '服务器开小差了'
const again = /^重\s?试$/

// Where pictures of the dialogs go; empty: none are taken.
const album = process.env.SIXTOUCH_LOOK

type Answer = (route: Route) => Promise<void> | undefined

// Each worker has a demo of its own, which nothing that is sent here changes.
test.describe.configure({ timeout: 600_000, mode: 'parallel' })

test('no dialog is left out', () => {
  const source = new URL('../src', import.meta.url).pathname
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx'))
  const written = files.filter((file) => /<(Modal|Drawer|Sure|Sheet)\b|modal\.confirm\(/.test(readFileSync(join(source, file), 'utf8')))
  const played = Object.values(places).flatMap((dialogs) => dialogs.map((d) => d.file))
  expect([...new Set(played)].sort()).toEqual(written.sort())
})

for (const [place, dialogs] of Object.entries(places)) {
  const width = dialogs === phone ? 390 : 1440
  test.describe(`${place}, in Chinese, ${width} px, light`, () => {
    const say = words('zh')
    test.use({ locale: 'zh-CN', viewport: { width, height: dialogs === phone ? 844 : 900 } })

    test('opens whole, keeps what was entered when it cannot be sent, and closes by Escape', async ({ page, expectConsole }) => {
      expectConsole(/status of 500/)
      await each(page, dialogs, async (d, where) => {
        const dialog = await opened(page, d, say)
        await whole(page, d, `${place}-${where}-${width}-light-zh`, 'zh')
        const inside = await dialog.evaluate((e) => e.contains(document.activeElement))
        expect.soft(inside, `${where}: the keyboard is in it`).toBe(true)
        const stays = d.send && !d.beside && !d.send.later
        if (stays) await cannotBeSent(page, d, where, say)
        await page.keyboard.press('Escape')
        await expect.soft(dialog, `${where}: Escape closes it`).toBeHidden()
        if (!d.send || stays) return
        await d.open(page, say)
        await cannotBeSent(page, d, where, say)
      })
    })

    test('shows where the answers will be, says what it could not read, and shows it at the next try', async ({ page, expectConsole }) => {
      expectConsole(/status of 500/)
      await each(
        page,
        dialogs.filter((d) => d.reads),
        async (d, where) => {
          const held: Route[] = []
          let answers: 'none' | 'faults' | 'content' = 'none'
          const answer = (route: Route) => {
            if (answers === 'content' || !asks(d, route)) return route.fallback()
            return answers === 'faults' ? stumble(route) : void held.push(route)
          }
          const dialog = await opened(page, d, say, answer)
          await expect.soft(dialog.locator(waiting).first(), `${where}: waits`).toBeVisible()
          await expect.soft(dialog.locator(nothing), `${where}: calls empty what it does not know yet`).toHaveCount(0)
          answers = 'faults'
          for (const route of held) await stumble(route)
          await expect.soft(dialog.getByText(stumbled).first(), `${where}: says what happened`).toBeVisible()
          await expect.soft(dialog.locator(waiting), `${where}: waits for what has failed`).toHaveCount(0)
          answers = 'content'
          const retry = dialog.getByRole('button', { name: again })
          while ((await retry.count()) > 0) {
            const one = await retry.first().elementHandle()
            await one?.click()
            await one?.waitForElementState('hidden')
          }
          await expect.soft(dialog.getByText(stumbled), `${where}: content at the next try`).toHaveCount(0)
          await expect.soft(dialog.locator(waiting), `${where}: content at the next try`).toHaveCount(0)
        },
      )
    })
  })

  test.describe(`${place}, in English, 390 px, dark`, () => {
    const say = words('en')
    test.use({ colorScheme: 'dark', locale: 'en-GB', viewport: { width: 390, height: 844 } })
    test('opens whole', async ({ page }) => {
      await each(page, dialogs, async (d, where) => {
        await opened(page, d, say)
        await whole(page, d, `${place}-${where}-390-dark-en`, 'en')
      })
    })
  })
}

/** Plays dialogs one after the other; one that cannot be played does not keep the others from it. */
async function each(page: Page, dialogs: Dialog[], play: (d: Dialog, where: string) => Promise<void>): Promise<void> {
  await demo.open(page, '/')
  const size = page.viewportSize()
  for (const d of dialogs) {
    const where = `${d.file.replace(/^.*\/|\.tsx$/g, '')} ${d.which ?? (typeof d.title === 'string' ? d.title : '')}`.trim()
    await test.step(where, async () => {
      if (d.narrow) await page.setViewportSize({ width: 390, height: 844 })
      const fault = await play(d, where).then(
        () => '',
        (e: Error) => e.message,
      )
      expect.soft(fault, where).toBe('')
      // Away from the page first: what still waits for an answer would go on to the server.
      await page.goto('about:blank')
      await page.unrouteAll({ behavior: 'ignoreErrors' })
      if (d.narrow && size) await page.setViewportSize(size)
    })
  }
}

/** Opens a dialog on its page, which has come to rest; what it asks for is answered by `answer`. */
async function opened(page: Page, d: Dialog, say: Say, answer?: Answer): Promise<Locator> {
  await page.goto('about:blank')
  await d.given?.(page, demo.base)
  const early = typeof d.reads === 'string' && d.reads !== 'POST' && answer
  if (early) await page.route(`**/api/v1${d.reads}**`, answer)
  await page.goto(demo.base + d.page)
  await slowly(page.locator('h1').first()).toBeVisible()
  await slowly(page.locator('.ant-skeleton, [data-loading]')).toHaveCount(0)
  if (answer && !early) await page.route(questions, answer)
  await d.open(page, say)
  const dialog = shown(page, d, say)
  await expect(dialog).toBeVisible()
  return dialog
}

/**
 * Sends what a dialog holds, which the server does not answer for a while and then cannot take: it is sent once
 * meanwhile, what happened is said, and all is as before. Nothing of it reaches the server.
 */
async function cannotBeSent(page: Page, d: Dialog, where: string, say: Say): Promise<void> {
  const dialog = shown(page, d, say)
  await d.send?.fill?.(dialog, page, say)
  const entered = await entries(dialog)
  const sent: (string | null)[] = []
  const held: Route[] = []
  await page.route(questions, (route) => {
    if (route.request().method() === 'GET') return route.fallback()
    sent.push(route.request().postData())
    if (sent.length > 1) return stumble(route)
    held.push(route)
  })
  const button = buttonOf(d, dialog, say)
  await button.click()
  if (d.send?.later) {
    await expect(dialog, `${where}: closes`).toBeHidden()
    await page.evaluate(() => window.dispatchEvent(new Event('pagehide')))
  }
  await expect.poll(() => sent.length, `${where}: is sent`).toBe(1)
  const stays = !d.beside && !d.send?.later
  if (stays) {
    await button.click({ force: true, timeout: 1_000 }).catch(() => undefined)
    expect.soft(sent.length, `${where}: is sent once`).toBe(1)
  }
  for (const route of held) await stumble(route)
  await expect.soft(page.getByText(stumbled).first(), `${where}: says what happened`).toBeVisible()
  if (d.send?.later) {
    await page.getByRole('button', { name: again }).click()
    await expect.poll(() => sent, `${where}: the same is sent again`).toEqual([sent[0], sent[0]])
  }
  if (stays) {
    await expect.soft(button, `${where}: can be sent again`).toBeEnabled()
    expect.soft(await entries(dialog), `${where}: keeps what was entered`).toEqual(entered)
  }
}

/** The button that sends what a dialog holds. */
function buttonOf({ send }: Dialog, dialog: Locator, say: Say): Locator {
  if (typeof send?.button === 'function') return send.button(dialog, say)
  return dialog.getByRole('button', { name: spaced(say(send?.button ?? '')) })
}

/** A dialog at rest: its picture, what axe finds, its words, its width. */
async function whole(page: Page, d: Dialog, name: string, lang: 'zh' | 'en'): Promise<void> {
  await expect.soft(shown(page, d, words(lang)).locator(waiting), `${name}: comes to rest`).toHaveCount(0)
  await page.evaluate(() => {
    const ending = document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
    return Promise.allSettled(ending.map((a) => a.finished))
  })
  if (album) await page.screenshot({ path: join(album, `dialog-${name.replace(/\W+/g, '-')}.png`) })
  expect
    .soft(await serious(page, d.beside ? '.ant-popover:not(.ant-popover-hidden)' : '[role="dialog"], dialog[open]'), `${name}: axe`)
    .toEqual([])
  expect.soft(await foreignWords(page, lang), `${name}: words of another language`).toEqual([])
  expect.soft(await machineWords(page), `${name}: words of a machine`).toEqual([])
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect.soft(wider, `${name}: pixels beyond the screen`).toBeLessThanOrEqual(0)
}

/** Whether a request asks for what the dialog shows. */
function asks(d: Dialog, route: Route): boolean {
  return route.request().method() === (d.reads === 'POST' ? 'POST' : 'GET')
}

function stumble(route: Route): Promise<void> {
  const problem = { type: 'about:blank', status: 500, code: 'internal', title: stumbled }
  return route.fulfill({ status: 500, contentType: 'application/problem+json', json: problem })
}

/** What stands in a dialog's fields. */
function entries(dialog: Locator): Promise<string[]> {
  return dialog
    .locator('input, textarea')
    .evaluateAll((fields) =>
      fields.map((f) =>
        f instanceof HTMLInputElement && /radio|checkbox/.test(f.type) ? String(f.checked) : (f as HTMLInputElement).value,
      ),
    )
}
