/** What the queue shows: work by where it stands on its way out. */
export const queueStates = [
  'stuck',
  'failed',
  'parked',
  'unstoppable',
  'callbacks',
  'unknown',
  'unconfirmed',
  'submitted',
  'queued',
  'claimed',
  'waiting',
  'due',
  'upcoming',
] as const
export type QueueState = (typeof queueStates)[number]

/** States whose rows are people rather than calls. */
export const peopleStates: readonly QueueState[] = ['parked', 'waiting', 'due', 'upcoming']

/** What a kill switch that is thrown is about. */
export const stopParts = ['held', 'open', 'cancelling', 'cancelled', 'not_stoppable'] as const
export type StopPart = (typeof stopParts)[number]
