import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { binary, newDatabase } from './demo'

const corp = 'ww0000000000000000'

/** A fresh installation as `sixtouch serve` runs it, beside a simulated WeCom: no password, nobody in it yet. */
export class Server {
  base = ''
  /** The one-time link that it prints. */
  setUp = ''
  private readonly processes: ChildProcess[] = []
  private folder = ''

  async start(mysql?: string): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), 'sixtouch-serve-'))
    const [wecom, port] = [await freePort(), await freePort()]
    this.base = `http://127.0.0.1:${port}`
    this.run(['sim', '--addr', `127.0.0.1:${wecom}`, '--corp-id', corp, '--secret', 'secret']).stdout?.resume()
    const server = this.run(['serve', '--migrate'], {
      SIXTOUCH_DB_DSN: mysql ? newDatabase(mysql) : `sqlite:${join(this.folder, 'sixtouch.db')}`,
      SIXTOUCH_HTTP_ADDR: `127.0.0.1:${port}`,
      SIXTOUCH_PUBLIC_URL: this.base,
      SIXTOUCH_SECRET_KEY: 'k'.repeat(32),
      SIXTOUCH_WECOM_BASE_URL: `http://127.0.0.1:${wecom}`,
      SIXTOUCH_WECOM_CORP_ID: corp,
      SIXTOUCH_WECOM_AGENT_ID: '1000002',
      SIXTOUCH_WECOM_SECRET: 'secret',
      SIXTOUCH_WECOM_CONTACT_TOKEN: 'token',
      SIXTOUCH_WECOM_CONTACT_AES_KEY: 'a'.repeat(42).concat('A'),
      SIXTOUCH_WECOM_APP_TOKEN: 'token',
      SIXTOUCH_WECOM_APP_AES_KEY: 'a'.repeat(42).concat('A'),
    })
    this.setUp = await linkOf(server)
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

  /** Signs the first person in: the link works once. */
  async enter(page: Page): Promise<void> {
    await page.goto(this.setUp)
    await page.locator('form[method=post] button').click()
    await page.waitForURL(`${this.base}/`)
  }

  private run(args: string[], settings: Record<string, string> = {}): ChildProcess {
    // The server refuses settings that it does not know, such as the tests' own.
    const others = Object.entries(process.env).filter(([name]) => !name.startsWith('SIXTOUCH_'))
    const started = spawn(binary(), args, {
      cwd: this.folder,
      env: { ...Object.fromEntries(others), ...settings },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.processes.push(started)
    return started
  }
}

/** Resolves with the one-time link that the server prints when it is up. */
function linkOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    server.stdout?.on('data', (chunk: Buffer) => {
      said += chunk
      const link = /http:\/\/\S+\/setup\/\S+/.exec(said)
      if (link) resolve(link[0])
    })
    server.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${said}`)))
  })
}

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port is free'))))
    })
  })
}
