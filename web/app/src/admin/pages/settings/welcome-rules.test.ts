import { describe, expect, it } from 'vitest'
import { byScope, saysSomething, standing, type Welcome } from './welcome-rules'

const welcome = (id: number, scope: Welcome['scope'], key: string): Welcome => ({
  id,
  scope,
  key,
  content: { text: key },
  enabled: true,
  updated_at: '2026-03-02T01:00:00Z',
})
const all = [welcome(1, 'default', ''), welcome(2, 'state', 'expo'), welcome(3, 'rep', 'zhouyu'), welcome(4, 'rep', 'bailu')]

describe('welcomes', () => {
  it('stand in the order in which they win', () => {
    expect(byScope(all).map((g) => [g.scope, g.welcomes.map((w) => w.id)])).toEqual([
      ['rep', [4, 3]],
      ['state', [2]],
      ['default', [1]],
    ])
  })

  it('are found by what they are for, a userid in whatever letters', () => {
    expect(standing(all, 'rep', 'ZhouYu')?.id).toBe(3)
    expect(standing(all, 'state', 'Expo')).toBeUndefined()
    expect(standing(all, 'default', '')?.id).toBe(1)
  })

  it('say something by a text or by what comes with it', () => {
    expect(
      [{ text: ' ' }, { text: '您好' }, { attachments: [{ type: 'file' as const, file: { media_id: 1 } }] }].map(saysSomething),
    ).toEqual([false, true, true])
  })
})
