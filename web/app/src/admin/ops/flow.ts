import type { Schema } from '../../shared/api'

export type Flow = Schema<'Flow'>
export type FlowNode = Flow['nodes'][number]
export type Count = FlowNode['here'][number]

const inside = ['active', 'paused', 'parked']

/** Who is at a node and goes on. */
export const staying = (n: FlowNode): number => n.here.filter((h) => inside.includes(h.state)).reduce((sum, h) => sum + h.count, 0)

/** Who left at a node, by reason. */
export const leaving = (n: FlowNode): Count[] => n.here.filter((h) => h.state === 'exited')

/** Who finished at a node. */
export const finishing = (n: FlowNode): number => n.here.filter((h) => h.state === 'completed').reduce((sum, h) => sum + h.count, 0)

/** Who was held at a node: planning failed. */
export const held = (n: FlowNode): number => n.here.filter((h) => h.state === 'parked').reduce((sum, h) => sum + h.count, 0)

export interface Band {
  /** Shares of everybody, 0 to 1. */
  width: number
  staying: number
  leaving: number
  finishing: number
  /** Of the next node. */
  next: number
}

/** The widths of a flow's bars: everybody is 1. A node's parts and the next node make up its width. */
export function bandsOf(flow: Flow): Band[] {
  const all = Math.max(1, flow.enrolled)
  return flow.nodes.map((n, i) => ({
    width: n.reached / all,
    staying: staying(n) / all,
    leaving: leaving(n).reduce((sum, h) => sum + h.count, 0) / all,
    finishing: finishing(n) / all,
    next: (flow.nodes[i + 1]?.reached ?? 0) / all,
  }))
}
