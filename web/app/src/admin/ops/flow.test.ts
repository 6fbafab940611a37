import { expect, test } from 'vitest'
import { bandsOf, type Flow, finishing, held, leaving, staying } from './flow'

const node = (key: string, reached: number, here: [string, string, number][]): Flow['nodes'][number] => ({
  step_key: key,
  name: '',
  channel: '',
  offset: {},
  tested: false,
  removed: false,
  reached,
  here: here.map(([state, reason, count]) => ({ state: state as 'active', reason, text: reason, count })),
})

const flow: Flow = {
  version: 0,
  enrolled: 10,
  nodes: [
    node('', 10, [['active', '', 2]]),
    node('a', 8, [
      ['active', '', 1],
      ['parked', '', 1],
      ['exited', 'manual', 1],
      ['exited', 'stage_changed', 2],
    ]),
    node('b', 3, [['completed', '', 3]]),
  ],
}

test('who is at a node, who left, who finished', () => {
  const [, a, b] = flow.nodes as [Flow['nodes'][number], Flow['nodes'][number], Flow['nodes'][number]]
  expect(staying(a)).toBe(2)
  expect(held(a)).toBe(1)
  expect(leaving(a).map((h) => h.count)).toEqual([1, 2])
  expect(finishing(b)).toBe(3)
})

test('a bar is what stays, leaves, finishes and goes on', () => {
  for (const b of bandsOf(flow)) expect(b.staying + b.leaving + b.finishing + b.next).toBeCloseTo(b.width)
})

test('nobody has no width', () => {
  expect(bandsOf({ version: 0, enrolled: 0, nodes: [node('', 0, [])] })[0]?.width).toBe(0)
})
