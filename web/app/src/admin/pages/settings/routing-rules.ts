import type { Schema } from '../../../shared/api'

export type Routing = Schema<'RoutingRules'>
export type RoutingRule = Routing['rules'][number]

/** The conditions of a rule, each as a key of a text with what is filled in. */
export function conditionsOf(rule: RoutingRule): { key: string; list?: string[]; n?: number }[] {
  const out: { key: string; list?: string[]; n?: number }[] = []
  if (rule.origins?.length) out.push({ key: 'origins', list: rule.origins })
  if (rule.sources?.length) out.push({ key: 'sources', list: rule.sources })
  if (rule.target_account) out.push({ key: 'target' })
  if (rule.min_quality) out.push({ key: 'quality', n: rule.min_quality })
  return out
}

/** Whether the rule takes whoever fits no other: the last one has to. */
export const takesAll = (rule: RoutingRule): boolean => conditionsOf(rule).length === 0

/** A name for a new rule that no other has. */
export function freeRuleKey(rules: RoutingRule[]): string {
  let n = rules.length + 1
  while (rules.some((r) => r.key === `rule_${n}`)) n++
  return `rule_${n}`
}

/** The rules with a new one before the last, which is for everybody else. */
export const withRule = (rules: RoutingRule[]): RoutingRule[] => {
  const last = rules.at(-1)
  const fresh: RoutingRule = { key: freeRuleKey(rules), min_quality: 50, route: 'sdr' }
  return last ? [...rules.slice(0, -1), fresh, last] : [fresh]
}
