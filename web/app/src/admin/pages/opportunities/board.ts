import type { Schema } from '../../../shared/api'

export type Deal = Schema<'Opportunity'>
export type DealState = Schema<'OpportunityState'>

export interface Lane {
  stage: string
  deals: Deal[]
  amount: number
}

/** The deals under their stages, the largest first; one of a retired stage keeps a lane of its own. */
export function lanesOf(stages: string[], deals: Deal[]): Lane[] {
  const names = [...stages, ...new Set(deals.map((d) => d.stage).filter((s) => !stages.includes(s)))]
  return names.map((stage) => {
    const here = deals.filter((d) => d.stage === stage).toSorted((a, b) => b.amount - a.amount || b.id - a.id)
    return { stage, deals: here, amount: here.reduce((sum, d) => sum + d.amount, 0) }
  })
}

/** The stage beside this one, or none at an end. */
export function beside(stages: string[], stage: string, by: -1 | 1): string | undefined {
  const at = stages.indexOf(stage)
  return at < 0 ? undefined : stages[at + by]
}

/** Whether the day on which a deal should be closed has passed. */
export const overdue = (deal: Deal, today: string): boolean =>
  deal.state === 'open' && deal.expected_close !== '' && deal.expected_close < today
