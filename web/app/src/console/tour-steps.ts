// The product's story in seven clicks. Each step names the one thing to click
// and how it is seen that what follows from it has happened.

import type { CustomerPhone, Followed, MemberPhone } from './types'

export type StepKey = 'scan' | 'known' | 'tag' | 'morning' | 'tasks' | 'confirm' | 'ring'

/** What the phones and the product say about the tour's customer. */
export interface Scene {
  who: Followed | undefined
  customer: CustomerPhone | undefined
  member: MemberPhone | undefined
  /** What is open: whether the product's card is, which tab the rep's phone shows. */
  cardOpen: boolean
  tab: string
  /** From the product's own API. */
  company: string
  tags: string[]
  touches: number
  /** Touches that count for the company: all, and those of the customer. */
  ring: number
  own: number
  /** The highlighted thing was clicked. */
  clicked: boolean
}

interface Step {
  key: StepKey
  done: (scene: Scene) => boolean
}

const got = (scene: Scene, kind: string) =>
  scene.customer?.chats.some((c) => c.userid === scene.who?.userid && c.lines.some((l) => l.kind === kind)) ?? false

const asked = ({ member, who }: Scene) =>
  member?.tasks.some((task) => task.status === 'pending' && task.recipients.some((r) => r.id === who?.external_userid)) ?? false

// The welcome and the first day's message.
const story = 2

export const steps: Step[] = [
  { key: 'scan', done: (s) => got(s, 'welcome') },
  { key: 'known', done: (s) => s.cardOpen && s.company !== '' },
  { key: 'tag', done: (s) => s.tags.length > 0 && s.touches > 0 },
  { key: 'morning', done: asked },
  { key: 'tasks', done: (s) => s.tab === 'tasks' },
  { key: 'confirm', done: (s) => got(s, 'groupmsg') },
  { key: 'ring', done: (s) => s.clicked && s.own >= story },
]

/** How far the story has come: the step that waits, given the one that was reached. */
export function advance(at: number, scene: Scene): number {
  return steps[at]?.done(scene) ? at + 1 : at
}
