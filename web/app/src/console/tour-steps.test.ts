import { describe, expect, it } from 'vitest'
import { advance, type Scene, steps } from './tour-steps'
import type { Line, Task } from './types'

const line = (kind: Line['kind']): Line => ({
  seq: 1,
  at: '2026-01-01T00:00:00Z',
  kind,
  from: 'member',
  userid: 'rep',
  text: 'x',
  attachments: [],
})
const chat = (userid: string, ...lines: Line[]) => ({
  userid,
  member: '',
  external_userid: 'wm1',
  name: '',
  company: '',
  lost: false,
  half: false,
  tags: [],
  lines,
})
const task = (status: Task['status'], ...ids: string[]): Task => ({
  kind: 'groupmsg',
  msgid: 'm',
  status,
  created: 0,
  reminded: 0,
  text: '',
  attachments: [],
  recipients: ids.map((id) => ({ id, name: '', company: '', status: 0 })),
})
const empty: Scene = {
  who: undefined,
  customer: undefined,
  member: undefined,
  cardOpen: false,
  tab: 'chats',
  company: '',
  tags: [],
  touches: 0,
  ring: 0,
  own: 0,
  clicked: false,
}
const who = { external_userid: 'wm1', userid: 'rep', name: '', company: '' }
const phone = (...chats: ReturnType<typeof chat>[]) => ({ external_userid: 'wm1', name: '', company: '', chats, moments: [] })
const rep = (...tasks: Task[]) => ({ userid: 'rep', name: '', department: '', tasks, messages: [], chats: [], customers: 1 })

const at = (key: string) => steps.findIndex((s) => s.key === key)

describe('the tour', () => {
  it('has seven clicks', () => {
    expect(steps).toHaveLength(7)
  })
  it('waits for what a click brings about', () => {
    expect(advance(at('scan'), { ...empty, who, customer: phone(chat('rep')), clicked: true })).toBe(at('scan'))
    expect(advance(at('scan'), { ...empty, who, customer: phone(chat('other', line('welcome'))) })).toBe(at('scan'))
    expect(advance(at('scan'), { ...empty, who, customer: phone(chat('rep', line('welcome'))) })).toBe(at('known'))
    expect(advance(at('confirm'), { ...empty, who, customer: phone(chat('rep', line('groupmsg'))) })).toBe(at('ring'))
  })
  it('looks for the task that the tour’s customer is in', () => {
    expect(advance(at('morning'), { ...empty, who, member: rep(task('pending', 'wm2'), task('sent', 'wm1')) })).toBe(at('morning'))
    expect(advance(at('morning'), { ...empty, who, member: rep(task('pending', 'wm2', 'wm1')) })).toBe(at('tasks'))
  })
  it('ends with the ring that somebody looks at', () => {
    expect(advance(at('ring'), { ...empty, own: 2 })).toBe(at('ring'))
    expect(advance(at('ring'), { ...empty, own: 2, clicked: true })).toBe(7)
    expect(advance(at('ring'), { ...empty, ring: 9, own: 1, clicked: true })).toBe(at('ring'))
    expect(advance(7, empty)).toBe(7)
  })
})
