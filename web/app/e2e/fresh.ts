import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { binary, test } from './demo'

const password = 'of-the-first-day'

/** A server as it is on its first day: signed in is nobody but the administrator, and nothing has happened. */
export class Fresh {
  base = ''
  private readonly processes: ChildProcess[] = []
  private folder = ''

  async start(): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), 'sixtouch-fresh-'))
    const [wecom, port] = [await freePort(), await freePort()]
    this.base = `http://127.0.0.1:${port}`
    this.run(['sim', '--addr', `127.0.0.1:${wecom}`, '--corp-id', 'ww0000000000000000', '--secret', 'app-secret'])
    this.run(['serve', '--migrate', '--addr', `127.0.0.1:${port}`, '--db', `sqlite:${join(this.folder, 'sixtouch.db')}`], {
      SIXTOUCH_ADMIN_PASSWORD: password,
      SIXTOUCH_PUBLIC_URL: this.base,
      SIXTOUCH_SECRET_KEY: 'k'.repeat(64),
      SIXTOUCH_WECOM_AGENT_ID: '1000012',
      SIXTOUCH_WECOM_APP_AES_KEY: 'a'.repeat(43),
      SIXTOUCH_WECOM_APP_TOKEN: 'app',
      SIXTOUCH_WECOM_BASE_URL: `http://127.0.0.1:${wecom}`,
      SIXTOUCH_WECOM_CONTACT_AES_KEY: 'a'.repeat(43),
      SIXTOUCH_WECOM_CONTACT_TOKEN: 'contact',
      SIXTOUCH_WECOM_CORP_ID: 'ww0000000000000000',
      SIXTOUCH_WECOM_SECRET: 'app-secret',
    })
  }

  async stop(): Promise<void> {
    for (const process of this.processes) {
      if (process.exitCode !== null) continue
      const ended = new Promise((resolve) => process.once('exit', resolve))
      process.kill('SIGTERM')
      await ended
    }
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Signs the administrator in, as soon as the server is up. */
  async enter(page: Page): Promise<void> {
    await test.expect(async () => page.goto(`${this.base}/login`)).toPass({ timeout: 30_000 })
    await page.locator('#password').fill(password)
    await page.locator('#password').press('Enter')
    await page.waitForURL(`${this.base}/`)
  }

  private run(args: string[], settings: Record<string, string> = {}): void {
    // The server refuses settings that it does not know, such as the tests' own.
    const others = Object.entries(process.env).filter(([name]) => !name.startsWith('SIXTOUCH_'))
    this.processes.push(spawn(binary(), args, { stdio: 'ignore', env: { ...Object.fromEntries(others), ...settings } }))
  }
}

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
