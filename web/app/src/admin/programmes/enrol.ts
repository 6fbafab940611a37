import type { Schema } from '../../shared/api'
import { countFaults } from '../filter'
import { type FilterValue, wire } from '../filter/ast'

export type Job = Schema<'EnrollmentJob'>

/** Who is let in. */
export type Who =
  | { source: 'audience'; id: number | undefined }
  | { source: 'matching' }
  | { source: 'filter'; filter: FilterValue }
  | { source: 'contacts'; ids: readonly number[] }

/** Whether it is said who is let in. */
export function isSaid(who: Who): boolean {
  switch (who.source) {
    case 'audience':
      return who.id !== undefined
    case 'filter':
      return who.filter !== null && countFaults(who.filter) === 0
    case 'contacts':
      return who.ids.length > 0
  }
  return true
}

/** Who is let in, as the API takes it. */
export function sourceOf(who: Who) {
  switch (who.source) {
    case 'audience':
      return { source: who.source, audience_id: who.id }
    case 'filter':
      return { source: who.source, filter: wire(who.filter) }
    case 'contacts':
      return { source: who.source, contact_ids: [...who.ids] }
  }
  return { source: who.source }
}

export const isOver = (job: Job): boolean => job.state === 'done' || job.state === 'cancelled'

/** How many people a job has looked at. */
export const seenBy = (job: Job): number => job.entered + job.already_in + job.past + job.unreachable + job.failed
