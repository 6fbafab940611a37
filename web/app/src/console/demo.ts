import { ApiError, type Problem } from '../shared/api'
import type { Clock, Fault, Followed, Ledger, People, Phones, Tag } from './types'

const root = '/api/demo'

async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response
  try {
    response = await fetch(root + path, {
      method,
      signal,
      headers: body === undefined ? undefined : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError({ title: '', status: 0, code: 'offline' })
  }
  if (response.status === 401) location.assign(`/login?${new URLSearchParams({ next: `${location.pathname}${location.search}` })}`)
  if (!response.ok) throw new ApiError((await response.json()) as Problem)
  return (await response.json()) as T
}

function query(values: Record<string, string | number | undefined>): string {
  const given = Object.entries(values).filter(([, v]) => v !== undefined && v !== '')
  return given.length ? `?${new URLSearchParams(given.map(([k, v]) => [k, String(v)]))}` : ''
}

/** The demo's API. */
export const demo = {
  wait: (version: number, signal: AbortSignal) =>
    call<{ version: number; now: string }>('GET', `/wait${query({ version })}`, undefined, signal),
  phones: (customers: string[], members: string[], chats: string[]) =>
    call<Phones>('GET', `/phones${query({ customers: customers.join(','), members: members.join(','), chats: chats.join(',') })}`),
  people: (kind: 'customer' | 'member', q: string, cursor: string) =>
    call<People>('GET', `/people${query({ kind, q, cursor, limit: 100 })}`),
  ledger: (kinds: string, q: string, before: number) =>
    call<Ledger>('GET', `/ledger${query({ kinds, q, before: before || undefined, limit: 50 })}`),
  tags: () => call<{ tags: Tag[] }>('GET', '/tags'),
  clock: () => call<Clock>('GET', '/clock'),
  move: (to: 'hour' | 'morning') => call<Clock>('POST', '/clock', { to }),
  faults: () => call<{ faults: Fault[] }>('GET', '/faults'),
  fault: (name: string, on: boolean) => call<{ faults: Fault[] }>(on ? 'PUT' : 'DELETE', `/faults/${name}`),
  follow: (userid: string, plain: boolean) => call<Followed>('POST', '/follows', { userid, plain }),
  say: (from: 'customer' | 'member', userid: string, external_userid: string, text: string) =>
    call<unknown>('POST', '/messages', { from, userid, external_userid, text }),
  leave: (userid: string, external_userid: string, by: 'customer' | 'member') =>
    call<unknown>('POST', '/unfollows', { userid, external_userid, by }),
  tag: (userid: string, external_userid: string, add: string[], remove: string[]) =>
    call<unknown>('POST', '/tag', { userid, external_userid, add, remove }),
  confirm: (userid: string, id: string, kind: 'groupmsg' | 'moment', action: 'send' | 'refuse' | 'partial', only?: string[]) =>
    call<unknown>('POST', '/confirm', { userid, ...(kind === 'moment' ? { moment_id: id } : { msgid: id }), action, only }),
  press: (userid: string, task_id: string, key: string, option: string) =>
    call<unknown>('POST', '/clicks', { userid, task_id, key, option }),
  like: (moment_id: string, userid: string, external_userid: string) =>
    call<unknown>('POST', '/reactions', { moment_id, userid, external_userid, kind: 'like' }),
}
