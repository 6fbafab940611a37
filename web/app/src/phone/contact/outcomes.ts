import { api, type Schema } from '../../shared/api'
import { queryClient } from '../../shared/query'

/** What a rep logs with one tap. */
export const outcomes = ['conversation_logged', 'price_asked', 'trial_opened', 'visit_booked', 'meeting_held', 'declined'] as const
export type Outcome = (typeof outcomes)[number]

/** What a customer answers; the four questions of a qualified lead. */
export const needs: Schema<'Need'>[] = ['budget', 'authority', 'need', 'timing']

interface Happening {
  kind: Outcome | 'call_answered' | 'need_answered'
  seconds?: number
  key?: Schema<'Need'>
  answer?: string
}

/** Logs a happening; the same `once` logs it once, however often it is sent. */
export async function log(contactID: number, once: string, happening: Happening): Promise<void> {
  await api.POST('/contacts/{id}/activities', { params: { path: { id: contactID } }, body: { ...happening, once }, keepalive: true })
  await queryClient.invalidateQueries({ queryKey: ['me'] })
}
