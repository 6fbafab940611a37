import type { Schema } from '../../shared/api'

export type LossReason = Schema<'LossReason'>

/** Why somebody or a deal was lost or sent back. */
export const lossReasons: LossReason[] = [
  'not_fit',
  'no_need',
  'no_budget',
  'no_authority',
  'bad_timing',
  'no_response',
  'competitor',
  'price',
  'wrong_contact',
  'duplicate',
  'other',
]
