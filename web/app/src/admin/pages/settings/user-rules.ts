import type { Schema } from '../../../shared/api'

type Role = Schema<'Role'>
type Reach = Schema<'Reach'>

/** The roles, from the one that may most. */
export const roles: Role[] = ['admin', 'marketer', 'manager', 'rep', 'read']

/** How far each role may see, the usual first. */
export const reaches: Record<Role, Reach[]> = {
  admin: ['all'],
  marketer: ['all'],
  manager: ['departments', 'all'],
  rep: ['own'],
  read: ['all', 'departments'],
}

/** The reach to go on with when the role changes: the same if the role knows it. */
export function reachFor(role: Role, reach: Reach | ''): Reach {
  return reaches[role].find((r) => r === reach) ?? reaches[role][0] ?? 'own'
}
