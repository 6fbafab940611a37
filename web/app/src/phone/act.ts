// What a rep can do, as calls of the API. They go out even while the page is
// being closed.

import { api, type Schema } from '../shared/api'
import { queryClient } from '../shared/query'
import type { Item } from './queue'

export type Answer = 'done' | 'positive' | 'no_interest' | 'sent'
export type DeferReason = 'busy' | 'early' | 'prepare' | 'colleague'
export const deferReasons: DeferReason[] = ['busy', 'early', 'prepare', 'colleague']

export type LossReason = Schema<'LossReason'>
export const lossReasons: LossReason[] = [
  'not_fit',
  'no_need',
  'no_budget',
  'no_authority',
  'bad_timing',
  'competitor',
  'price',
  'no_response',
  'wrong_contact',
  'duplicate',
  'other',
]

const keepalive = true

/** Fetches anew what the deed has changed. */
async function refresh(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ['me'] })
}

export async function answer(ids: number[], word: Answer): Promise<void> {
  await api.POST('/me/prompts', { body: { touch_ids: ids, answer: word }, keepalive })
  await refresh()
}

/** Puts items off; prompts by their programme, the rest by a mark. */
export async function putOff(items: Item[], until: Date, reason?: DeferReason): Promise<void> {
  const body = { until: until.toISOString(), reason: reason ?? ('' as const) }
  const prompts = items.filter((i) => i.kind === 'prompt').map((i) => i.id)
  const calls: Promise<unknown>[] = []
  if (prompts.length > 0) calls.push(api.POST('/me/prompts', { body: { touch_ids: prompts, answer: 'snooze_until', ...body }, keepalive }))
  for (const { kind, id } of items) {
    if (kind !== 'prompt') calls.push(api.POST('/me/marks', { body: { kind, id, ...body }, keepalive }))
  }
  await Promise.all(calls)
  await refresh()
}

/** Has something that was put off come back now. */
export async function comeBack(item: Item): Promise<void> {
  if (item.kind === 'prompt') return
  await api.POST('/me/marks', { body: { kind: item.kind, id: item.id } })
  await refresh()
}

/** Is done with items that take one word: prompts and actions are done, alerts are seen. */
export async function finish(items: Item[]): Promise<void> {
  const prompts = items.filter((i) => i.kind === 'prompt').map((i) => i.id)
  const calls: Promise<unknown>[] = []
  if (prompts.length > 0) calls.push(api.POST('/me/prompts', { body: { touch_ids: prompts, answer: 'done' }, keepalive }))
  for (const { kind, id } of items) {
    if (kind === 'action') calls.push(api.POST('/me/actions/{id}', { params: { path: { id } }, body: { done: true }, keepalive }))
    if (kind === 'lost' || kind === 'hot' || kind === 'news')
      calls.push(api.POST('/me/marks', { body: { kind, id, done: true }, keepalive }))
  }
  await Promise.all(calls)
  await refresh()
}

export async function acceptHandover(id: number): Promise<void> {
  await api.POST('/handovers/{id}/accept', { params: { path: { id } }, keepalive })
  await refresh()
}

export async function rejectHandover(id: number, reason: LossReason, note: string): Promise<void> {
  await api.POST('/handovers/{id}/reject', { params: { path: { id } }, body: { reason, note }, keepalive })
  await refresh()
}

export async function takeLead(id: number): Promise<void> {
  await api.POST('/leads/{id}/take', { params: { path: { id } }, keepalive })
  await refresh()
}

/** Says that a next action of a company's plan is done. */
export async function finishAction(id: number): Promise<void> {
  await api.POST('/me/actions/{id}', { params: { path: { id } }, body: { done: true }, keepalive })
  await refresh()
}
