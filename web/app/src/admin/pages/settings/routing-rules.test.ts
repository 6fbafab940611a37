import { expect, it } from 'vitest'
import { conditionsOf, type RoutingRule, takesAll, withRule } from './routing-rules'

const rules: RoutingRule[] = [
  { key: 'rule_2', origins: ['rep'], target_account: true, min_quality: 60, route: 'rep' },
  { key: 'rest', route: 'nurture' },
]

it('names every condition of a rule', () => {
  expect(conditionsOf(rules[0] as RoutingRule).map((c) => c.key)).toEqual(['origins', 'target', 'quality'])
  expect(rules.map(takesAll)).toEqual([false, true])
})

it('puts a new rule before the one for everybody else', () => {
  expect(withRule(rules).map((r) => r.key)).toEqual(['rule_2', 'rule_3', 'rest'])
})
