import { eachLeaf, type FilterNode, type FilterValue, insideOf, type Leaf } from './ast'
import { slotsOf } from './fields'

type Fault = 'choose' | 'number' | 'order' | 'day' | 'inside'

/** What a condition lacks before it can be asked, as the name of a sentence; undefined for nothing. */
export function faultOf(leaf: Leaf): Fault | undefined {
  return valueFault(leaf) ?? optionFault(leaf)
}

/** A span of time that has lost its number. */
function optionFault({ opt = {} }: Leaf): Fault | undefined {
  const { within, since } = opt as { within?: { n?: unknown }; since?: { v?: { n?: unknown } } }
  return [within, since?.v].some((span) => span && !isWhole(span.n)) ? 'number' : undefined
}

function valueFault(leaf: Leaf): Fault | undefined {
  const slots = slotsOf(leaf.f, leaf.is ?? '', leaf.v)
  switch (slots[0]) {
    case 'refs':
    case 'words':
    case 'free':
      return Array.isArray(leaf.v) && leaf.v.length > 0 ? undefined : 'choose'
    case 'number':
      return typeof leaf.v === 'number' ? undefined : 'number'
    case 'from':
      return rangeFault(leaf)
    case 'span':
      return isWhole((leaf.v as { n?: unknown } | undefined)?.n) ? undefined : 'number'
    case 'day-from':
      return daysFault(leaf)
    case 'count':
      if (!isWhole((leaf.v as { n?: unknown } | undefined)?.n)) return 'number'
      return insideOf(leaf) ? undefined : 'inside'
    case 'inside':
      return insideOf(leaf) ? undefined : 'inside'
  }
  return undefined
}

const isWhole = (n: unknown): boolean => typeof n === 'number' && Number.isInteger(n) && n >= 1

function rangeFault(leaf: Leaf): 'number' | 'order' | undefined {
  const { min, max } = (leaf.v ?? {}) as { min?: unknown; max?: unknown }
  const open = leaf.f === 'touches' && max === undefined
  if (typeof min !== 'number' || (typeof max !== 'number' && !open)) return 'number'
  return typeof max === 'number' && max < min ? 'order' : undefined
}

function daysFault(leaf: Leaf): 'day' | 'order' | undefined {
  const { from, to } = (leaf.v ?? {}) as { from?: string; to?: string }
  if (!from || !to) return 'day'
  return to < from ? 'order' : undefined
}

/** How many conditions still lack something. */
export function countFaults(value: FilterValue): number {
  if (!value || Object.keys(value).length === 0) return 0
  let faults = 0
  eachLeaf(value as FilterNode, (leaf) => {
    if (faultOf(leaf)) faults++
  })
  return faults
}
