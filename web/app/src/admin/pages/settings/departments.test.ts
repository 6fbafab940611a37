import { expect, test } from 'vitest'
import { treeOf } from './departments'

test('departments hang under their parents, and none is lost', () => {
  const tree = treeOf([
    { id: 3, name: 'C', parent_id: 2 },
    { id: 1, name: 'A', parent_id: 0 },
    { id: 2, name: 'B', parent_id: 1 },
    { id: 9, name: 'Z', parent_id: 77 },
  ])
  expect(tree.map((b) => b.value)).toEqual([1, 9])
  expect(tree[0]?.children[0]?.children[0]?.value).toBe(3)
})
