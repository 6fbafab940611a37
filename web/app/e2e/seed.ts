import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binary, connection, greetingOf, newDatabase } from './demo'

/** Seeds a demo once per database; the files' demos begin as its copies. */
export default async function seed(): Promise<() => void> {
  const seeds = mkdtempSync(join(tmpdir(), 'sixtouch-seeds-'))
  process.env.SIXTOUCH_E2E_SEEDS = seeds
  await seedInto(join(seeds, 'sqlite'), [])
  const server = process.env.SIXTOUCH_TEST_MYSQL
  if (server) {
    const dsn = newDatabase(server)
    const folder = join(seeds, 'mariadb')
    await seedInto(folder, ['--db', dsn])
    const dump = openSync(join(folder, 'dump.sql'), 'w')
    execFileSync('mariadb-dump', [...connection(server), '--single-transaction', new URL(dsn).pathname.slice(1)], {
      stdio: ['ignore', dump, 'inherit'],
    })
  }
  return () => rmSync(seeds, { recursive: true, force: true })
}

async function seedInto(folder: string, args: string[]): Promise<void> {
  mkdirSync(folder)
  const demo = spawn(binary(), ['demo', '--addr', '127.0.0.1:0', '--data', folder, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  await greetingOf(demo)
  const ended = new Promise((resolve) => demo.once('exit', resolve))
  demo.kill('SIGTERM')
  await ended
}
