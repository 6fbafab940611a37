import type { Schema } from '../../shared/api'

export type Person = Schema<'AccountPerson'>

/** The parts in buying, the weightiest first; who has none comes last. */
const order: Person['role'][] = [
  'boss',
  'decision_maker',
  'cto',
  'cio',
  'purchasing',
  'department_head',
  'influencer',
  'practitioner',
  'intern',
  'competitor',
  '',
]

export interface Group {
  role: Person['role']
  people: Person[]
}

/** Those who are at the company now, by their part; within it who was reached most comes first. */
export function byRole(people: Person[]): Group[] {
  const present = people.filter((p) => p.present)
  return order
    .map((role) => ({ role, people: present.filter((p) => p.role === role).sort((a, b) => touches(b) - touches(a)) }))
    .filter((g) => g.people.length > 0)
}

const touches = (p: Person): number => p.marketing + p.sales
