import type { Schema } from '../../shared/api'
import { type Fate, fates } from './fate'
import { among, text, whole } from './search'

type TouchState = Schema<'TouchState'>

// The states that a link asks for; the fields of the log ask for fates.
const states: readonly TouchState[] = ['accepted', 'failed']

// What has not gone out of a programme: all of it, or what is past its date.
const unsents = ['all', 'passed'] as const
type Unsent = (typeof unsents)[number]

/** The filters of the touch log, as they stand in the address. */
export interface TouchSearch {
  day?: string
  hour?: number
  fate?: Fate
  state?: TouchState
  reason?: string
  channel?: string
  sop?: number
  step?: string
  variant?: string
  version?: number
  unsent?: Unsent
  contact?: number
  group?: number
  rep?: number
}

export function touchSearch(search: Record<string, unknown>): TouchSearch {
  return {
    day: text(search.day),
    hour: whole(search.hour),
    fate: among(search.fate, fates),
    state: among(search.state, states),
    reason: text(search.reason),
    channel: text(search.channel),
    sop: whole(search.sop),
    step: text(search.step),
    variant: text(search.variant),
    version: whole(search.version),
    unsent: among(search.unsent, unsents),
    contact: whole(search.contact),
    group: whole(search.group),
    rep: whole(search.rep),
  }
}

/** The API's query of a filter. What needs another filter beside it and has none is left out. */
export function touchQuery(f: TouchSearch) {
  const narrow = f.day !== undefined || f.sop !== undefined || f.contact !== undefined || f.group !== undefined || f.rep !== undefined
  return {
    day: f.day,
    hour: f.day === undefined ? undefined : f.hour,
    sop_id: f.sop,
    step_key: f.sop === undefined ? undefined : f.step,
    variant: f.sop === undefined || f.step === undefined ? undefined : f.variant,
    version: f.sop === undefined ? undefined : f.version,
    unsent: f.sop === undefined ? undefined : f.unsent,
    contact_id: f.contact,
    group_id: f.group,
    rep_id: f.rep,
    fate: narrow ? f.fate : undefined,
    state: f.state,
    reason: narrow ? f.reason : undefined,
    channel: narrow ? f.channel : undefined,
  }
}

/** Whether the filter is narrow enough for fate, reason and channel. */
export const isNarrow = (f: TouchSearch): boolean => [f.day, f.sop, f.contact, f.group, f.rep].some((value) => value !== undefined)
