import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binary, newDatabase } from './demo'

/** A fresh installation as `sixtouch serve` runs it: no password, nobody in it yet. */
export class Server {
  base = ''
  /** The one-time link that it prints. */
  setUp = ''
  private process?: ChildProcess
  private folder = ''

  async start(mysql: string | undefined): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), 'sixtouch-serve-'))
    const port = await freePort()
    this.base = `http://127.0.0.1:${port}`
    const env = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SIXTOUCH_'))),
      SIXTOUCH_DB_DSN: mysql ? newDatabase(mysql) : `sqlite:${join(this.folder, 'sixtouch.db')}`,
      SIXTOUCH_HTTP_ADDR: `127.0.0.1:${port}`,
      SIXTOUCH_PUBLIC_URL: this.base,
      SIXTOUCH_SECRET_KEY: 'k'.repeat(32),
      SIXTOUCH_WECOM_BASE_URL: 'http://127.0.0.1:9', // nobody is there: the corp is not connected yet
      SIXTOUCH_WECOM_CORP_ID: 'ww0000000000000000',
      SIXTOUCH_WECOM_AGENT_ID: '1000002',
      SIXTOUCH_WECOM_SECRET: 'secret',
      SIXTOUCH_WECOM_CONTACT_TOKEN: 'token',
      SIXTOUCH_WECOM_CONTACT_AES_KEY: 'a'.repeat(42).concat('A'),
      SIXTOUCH_WECOM_APP_TOKEN: 'token',
      SIXTOUCH_WECOM_APP_AES_KEY: 'a'.repeat(42).concat('A'),
    }
    execFileSync(binary(), ['migrate', 'up'], { env, stdio: ['ignore', 'ignore', 'inherit'] })
    const server = spawn(binary(), ['serve'], { env, cwd: this.folder, stdio: ['ignore', 'pipe', 'ignore'] })
    this.process = server
    this.setUp = await new Promise((resolve, reject) => {
      let said = ''
      server.stdout.on('data', (chunk: Buffer) => {
        said += chunk
        const link = /http:\/\/\S+\/setup\/\S+/.exec(said)
        if (link) resolve(link[0])
      })
      server.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${said}`)))
    })
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
}

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
