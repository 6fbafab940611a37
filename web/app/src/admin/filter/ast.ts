// The filter language of the API as the builder edits it: a tree of groups and
// conditions. The root is always a group here; the API takes null for everybody.

import type { Schema } from '../../shared/api'

export type Leaf = { f: string; is?: string; v?: unknown; opt?: Record<string, unknown> }
export type Group = { v?: number; op: 'and' | 'or' | 'not'; of: FilterNode[] }
export type FilterNode = Leaf | Group
/** A filter as the API reads and writes it; null means everybody. */
export type FilterValue = { [key: string]: unknown } | null

/** The filter in the type of the API's requests. */
export const wire = (value: FilterValue) => value as Schema<'Filter'>

/** Levels of groups that the API allows, and those of a filter over an account's people. */
export const maxDepth = 5
export const maxInside = 3

export const isGroup = (node: FilterNode): node is Group => 'op' in node && node.op !== undefined

/** The condition or group behind a negation, and whether there is one. */
export function peel(node: FilterNode): { not: boolean; of: FilterNode } {
  const inner = isGroup(node) && node.op === 'not' ? node.of[0] : undefined
  return inner ? { not: true, of: inner } : { not: false, of: node }
}

/** Negates a node, or takes its negation away. */
export function negate(node: FilterNode): FilterNode {
  const { not, of } = peel(node)
  return not ? of : { op: 'not', of: [node] }
}

/** A filter as a root group of and or or. */
export function rootOf(value: FilterValue): Group {
  if (!value || Object.keys(value).length === 0) return { op: 'and', of: [] }
  const node = value as FilterNode
  if (!isGroup(node) || node.op === 'not') return { op: 'and', of: [withoutVersion(node)] }
  return { op: node.op, of: node.of }
}

function withoutVersion(node: FilterNode): FilterNode {
  if (!isGroup(node)) return node
  return { op: node.op, of: node.of }
}

/** The root group as the API takes it. */
export function filterOf(root: Group): FilterValue {
  if (root.of.length === 0) return null
  return { v: 1, op: root.op, of: root.of }
}

/** The group as a filter inside a condition, which names no version. */
export function insideFilter(root: Group): FilterValue {
  return root.of.length === 0 ? null : { op: root.op, of: root.of }
}

/** The group with its n-th part replaced, or taken out for null. */
export function replaced(group: Group, n: number, part: FilterNode | null): Group {
  const of = part === null ? group.of.filter((_, i) => i !== n) : group.of.map((p, i) => (i === n ? part : p))
  return { ...group, of }
}

/** The group with one more part. A group of the same kind is poured in. */
export function joined(group: Group, part: FilterNode): Group {
  const same = isGroup(part) && part.op !== 'not' && (part.op === group.op || part.of.length === 1 || group.of.length === 0)
  if (!same || !isGroup(part)) return { ...group, of: [...group.of, withoutVersion(part)] }
  const op = group.of.length === 0 && part.op !== 'not' ? part.op : group.op
  return { ...group, op, of: [...group.of, ...part.of] }
}

/** How many levels a node has; a condition has one. */
export function depthOf(node: FilterNode): number {
  return isGroup(node) ? 1 + Math.max(0, ...node.of.map(depthOf)) : 1
}

/** The filter over an account's people inside a roll-up. */
export function insideOf(leaf: Leaf): FilterValue {
  const v = leaf.v as { filter?: FilterValue } | undefined
  return v?.filter ?? null
}

/** Visits every condition, those inside roll-ups too. */
export function eachLeaf(node: FilterNode, visit: (leaf: Leaf) => void): void {
  if (isGroup(node)) {
    for (const part of node.of) eachLeaf(part, visit)
    return
  }
  visit(node)
  const inside = insideOf(node)
  if (inside) eachLeaf(inside as FilterNode, visit)
}
