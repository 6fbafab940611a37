import type { Schema } from '../../shared/api'

/** How many people are in a programme and have not left it: the rows of its people in the state `inside`. */
export const insideOf = ({ enrollments: n }: Pick<Schema<'SOP'>, 'enrollments'>): number =>
  (n.active ?? 0) + (n.paused ?? 0) + (n.parked ?? 0)
