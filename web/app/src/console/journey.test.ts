import { describe, expect, it } from 'vitest'
import { settled } from './journey'

function engine(...answers: number[]) {
  let asked = 0
  return { busy: async () => answers[Math.min(asked++, answers.length - 1)] ?? 0, asked: () => asked }
}
const noWait = () => Promise.resolve()

describe('settled', () => {
  it('takes the engine’s word when it has nothing to do twice in a row', async () => {
    const e = engine(3, 0, 2, 0, 0, 9)
    await settled(e.busy, noWait)
    expect(e.asked()).toBe(5)
  })
  it('gives up on an engine that never comes to rest', async () => {
    const e = engine(1)
    await settled(e.busy, noWait)
    expect(e.asked()).toBe(40)
  })
})
