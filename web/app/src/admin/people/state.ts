/** How a state feels: it went well, it waits for somebody, it went wrong, or it is over. */
export type Mood = 'good' | 'waiting' | 'bad' | 'quiet' | 'running'

const moods: Record<string, Mood> = {
  delivered: 'good',
  done: 'good',
  completed: 'good',
  won: 'good',
  accepted: 'waiting',
  waiting: 'waiting',
  suggested: 'waiting',
  parked: 'waiting',
  paused: 'waiting',
  half: 'waiting',
  pending: 'waiting',
  queued: 'running',
  planned: 'running',
  dispatched: 'running',
  sending: 'running',
  sent: 'running',
  active: 'running',
  open: 'running',
  live: 'running',
  running: 'running',
  failed: 'bad',
  stuck: 'bad',
  unknown: 'bad',
  lost: 'bad',
  expired: 'bad',
  partial: 'bad',
}

/** The mood of a state; one that we do not know is quiet. */
export const moodOf = (state: string): Mood => moods[state] ?? 'quiet'
