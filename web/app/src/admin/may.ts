import type { operations } from '../shared/api.gen'
import { type Session, useSession } from '../shared/session'

/** An operation of the API, by its name there. */
export type Operation = keyof operations

type Refusal = Session['refused'][number]

/** Why somebody may not use an operation, and who may; undefined: they may. */
export function refusalOf(session: Session, operation: Operation): Refusal | undefined {
  return session.refused.find((r) => r.operations.includes(operation))
}

/** Tells whether the one who looks may use an operation; nobody may before it is known who looks. */
export function useMay(): (operation: Operation) => boolean {
  const session = useSession().data
  return (operation) => session !== undefined && refusalOf(session, operation) === undefined
}
