import type { Schema } from '../../../shared/api'

/** What one says of a deal that begins. */
export interface Opening {
  account: number | undefined
  name: string
  kind: Schema<'OpportunityKind'>
  amount: number | undefined
  stage: string | undefined
  /** YYYY-MM-DD, or empty. */
  close: string
  owner: number | undefined
}

export const blankDeal: Opening = {
  account: undefined,
  name: '',
  kind: 'new',
  amount: undefined,
  stage: undefined,
  close: '',
  owner: undefined,
}

/** Whether enough is said: a company and a name. */
export const openingReady = (d: Opening): boolean => d.account !== undefined && d.name.trim() !== ''

/** What the API is told; what nobody has said is left out, and found out by the server. */
export const openingBody = (d: Opening) => ({
  account_id: d.account,
  name: d.name.trim(),
  kind: d.kind,
  amount: d.amount,
  stage: d.stage,
  owner_id: d.owner,
  expected_close: d.close || undefined,
})
