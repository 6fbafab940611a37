import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'

export { expect }

/** The demo that a file's tests play. */
export class Demo {
  /** Its address, such as http://127.0.0.1:40123. */
  base = ''
  /** The link that signs the administrator in. */
  enter = ''
  /** The administrator's password. */
  password = ''
  private process?: ChildProcess
  private folder = ''

  async start(seed: string, mysql: string | undefined): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), 'sixtouch-e2e-'))
    cpSync(seed, this.folder, { recursive: true })
    const args = ['demo', '--addr', '127.0.0.1:0', '--data', this.folder]
    if (mysql) args.push('--db', cloneDatabase(mysql, join(seed, 'dump.sql')))
    this.process = spawn(binary(), args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const greeting = await greetingOf(this.process)
    this.enter = /http:\/\/\S+\/enter\/\S+/.exec(greeting)?.[0] ?? ''
    this.base = new URL(this.enter).origin
    this.password = /password +(\S+)/.exec(greeting)?.[1] ?? ''
  }

  async stop(): Promise<void> {
    const { process } = this
    if (process && process.exitCode === null) {
      const ended = new Promise((resolve) => process.once('exit', resolve))
      process.kill('SIGTERM')
      await ended
    }
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Signs the administrator in and opens a page. */
  async open(page: Page, path: string): Promise<void> {
    await page.goto(`${this.enter}?${new URLSearchParams({ next: path })}`)
  }
}

/** Where the server's binary is that the tests play. */
export function binary(): string {
  const path = process.env.SIXTOUCH_BIN
  if (!path) throw new Error('SIXTOUCH_BIN names no binary: run `make e2e`')
  return path
}

/** Resolves with what the demo has said once it is ready. */
export function greetingOf(demo: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    demo.stdout?.on('data', (chunk: Buffer) => {
      said += chunk
      if (said.includes('Ctrl-C')) resolve(said)
    })
    demo.once('exit', (code) => reject(new Error(`the demo did not come up (exit code ${code}): ${said}`)))
  })
}

let databases = 0

/** Makes a database on the test's server; returns its DSN. */
export function newDatabase(server: string): string {
  const name = `e2e_${process.pid}_${++databases}`
  mariadb(server, '', `CREATE DATABASE ${name}`)
  return `${server.replace(/\/?$/, '/')}${name}`
}

function cloneDatabase(server: string, dump: string): string {
  const dsn = newDatabase(server)
  mariadb(server, new URL(dsn).pathname.slice(1), `SOURCE ${dump};`)
  return dsn
}

function mariadb(server: string, database: string, statement: string): void {
  const args = [...connection(server), ...(database ? [database] : []), '-e', statement]
  execFileSync('mariadb', args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** The command line options that reach a server. */
export function connection(server: string): string[] {
  const { hostname, port, username } = new URL(server)
  return ['--protocol=tcp', `--host=${hostname}`, `--port=${port}`, `--user=${username}`]
}

interface Watch {
  /** Names console errors that the test provokes, such as a refusal of the API. */
  expectConsole: (error: RegExp) => void
}

/** A test whose page may write no error to the console. */
export const test = base.extend<Watch>({
  expectConsole: [
    async ({ page }, use) => {
      const allowed: RegExp[] = []
      const errors: string[] = []
      page.on('console', (m) => m.type() === 'error' && errors.push(`${m.text()} (${m.location().url})`))
      page.on('pageerror', (e) => errors.push(e.message))
      await use((error) => allowed.push(error))
      expect(errors.filter((e) => !allowed.some((a) => a.test(e)))).toEqual([])
    },
    { auto: true },
  ],
})

/** Gives the tests of a file a demo of their own, freshly seeded. */
export function playDemo(): Demo {
  const demo = new Demo()
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
  test.beforeAll(async ({}, info) => {
    const seeds = process.env.SIXTOUCH_E2E_SEEDS
    if (!seeds) throw new Error('there is no seeded demo: the global set-up has not run')
    const mysql = info.project.name === 'mariadb' ? process.env.SIXTOUCH_TEST_MYSQL : undefined
    await demo.start(join(seeds, info.project.name), mysql)
  })
  test.afterAll(() => demo.stop())
  return demo
}
