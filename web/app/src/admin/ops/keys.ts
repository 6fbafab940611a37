export type Step = 'next' | 'previous' | 'first' | 'screen' | 'leave'

const steps: Record<string, Step> = {
  ArrowRight: 'next',
  j: 'next',
  PageDown: 'next',
  ArrowLeft: 'previous',
  k: 'previous',
  PageUp: 'previous',
  Home: 'first',
  f: 'screen',
  Escape: 'leave',
}

interface Pressed {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
}

/** What a key does in the meeting; nothing with a modifier, which is the browser's. */
export const stepOf = (e: Pressed): Step | undefined => (e.ctrlKey || e.metaKey || e.altKey ? undefined : steps[e.key])

/** Where a step leads among so many accounts. */
export function moved(at: number, step: Step, count: number): number {
  if (step === 'next') return Math.min(at + 1, Math.max(0, count - 1))
  if (step === 'previous') return Math.max(at - 1, 0)
  return step === 'first' ? 0 : at
}
