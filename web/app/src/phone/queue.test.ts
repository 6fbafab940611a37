import { describe, expect, it } from 'vitest'
import { countParts, entriesOf, type Item, keyOf } from './queue'

const item = (kind: Item['kind'], id: number, step = ''): Item => ({
  kind,
  id,
  at: '2026-03-02T02:00:00Z',
  due_at: null,
  late: false,
  until: null,
  why: '',
  title: '',
  text: '',
  channel: '',
  attachments: 0,
  people: 1,
  snoozes: 3,
  sop_id: step ? 1 : 0,
  sop_name: '',
  step_key: step,
  note: '',
  contact_id: id,
  external_userid: `wm${id}`,
  contact_name: '',
  corp_name: '',
  stage: '',
  score: null,
  account_id: 0,
  account_name: '',
  tier: '',
})

describe('the queue', () => {
  it('shows one step of several customers as one entry, where its first stands', () => {
    const entries = entriesOf([item('prompt', 1, 'a'), item('handover', 9), item('prompt', 2, 'a'), item('prompt', 3, 'b')])
    expect(entries.map((e) => e.items.map((i) => i.id))).toEqual([[1, 2], [9], [3]])
  })

  it('keeps prompts of no programme apart, and sends of one step too', () => {
    expect(entriesOf([item('prompt', 1), item('prompt', 2)])).toHaveLength(2)
    expect(entriesOf([item('send', 1, 'a'), item('send', 2, 'a')])).toHaveLength(2)
  })

  it('shows customers who are lost, or ready, together, and news one by one', () => {
    const entries = entriesOf([item('hot', 1), item('lost', 2), item('hot', 3), item('news', 4), item('news', 5)])
    expect(entries.map((e) => e.items.map((i) => i.id))).toEqual([[1, 3], [2], [4], [5]])
  })

  it('counts its parts', () => {
    const items = [item('prompt', 1), item('action', 2), item('send', 3), item('lead', 4), item('handover', 5), item('news', 6)]
    expect(countParts(items)).toEqual({ follow: 2, send: 1, take: 2, know: 1 })
    expect(items.map(keyOf)[1]).toBe('action:2')
  })
})
