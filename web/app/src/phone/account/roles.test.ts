import { expect, it } from 'vitest'
import { byRole, type Person } from './roles'

const person = (id: number, role: Person['role'], sales: number, present = true): Person => ({
  id,
  name: '',
  position: '',
  department: '',
  present,
  role,
  role_confidence: 1,
  role_source: '',
  seniority: '',
  seniority_confidence: 0,
  seniority_source: '',
  is_kp: false,
  awareness: '',
  stage: '',
  stage_at: null,
  score: null,
  grade: '',
  marketing: 0,
  sales,
  last_touch: null,
})

it('puts who decides first, who was reached most before others, and who left nowhere', () => {
  const groups = byRole([
    person(1, '', 9),
    person(2, 'influencer', 0),
    person(3, 'boss', 0),
    person(4, 'influencer', 2),
    person(5, 'boss', 5, false),
  ])
  expect(groups.map((g) => [g.role, g.people.map((p) => p.id)])).toEqual([
    ['boss', [3]],
    ['influencer', [4, 2]],
    ['', [1]],
  ])
})
