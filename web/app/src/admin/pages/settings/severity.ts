// What the doctor found, in the order in which it matters.

export type FindingStatus = 'ok' | 'warning' | 'fault' | 'skipped'

const order: FindingStatus[] = ['fault', 'warning', 'skipped', 'ok']

/** Faults first, then warnings, then what was not looked at; otherwise as they came. */
export const bySeverity = <T extends { status: FindingStatus }>(findings: T[]): T[] =>
  findings.toSorted((a, b) => order.indexOf(a.status) - order.indexOf(b.status))

/** What can be said of all together. */
export function verdict(findings: { status: FindingStatus }[]): 'fault' | 'warning' | 'ok' {
  if (findings.some((f) => f.status === 'fault')) return 'fault'
  return findings.some((f) => f.status === 'warning') ? 'warning' : 'ok'
}
