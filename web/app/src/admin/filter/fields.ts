// What can be asked of each field and how its values are given. Names and
// operators come from the server (GET /audiences/fields) and the catalogue.

import type { FilterNode, Leaf } from './ast'

/** What ids of a condition are of. */
export type Refers = 'tag' | 'rep' | 'department' | 'sop' | 'account' | 'list'

/** How a field's values are given. */
export type Kind =
  | { kind: 'refs'; of: Refers }
  | { kind: 'words'; family: string; words: readonly string[] }
  | { kind: 'free'; from?: 'source' }
  | { kind: 'number' }
  | { kind: 'times' }
  | { kind: 'date'; never?: boolean }
  | { kind: 'none' }
  | { kind: 'people' }

/** One value to give in a condition's sentence, in the order of its template. */
export type Slot = 'refs' | 'words' | 'free' | 'number' | 'from' | 'to' | 'span' | 'day-from' | 'day-to' | 'count' | 'inside'

export const roles = [
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
] as const

/** What contacts do, as the server can be asked about it, what one asks for most first. */
export const doings = [
  'replied',
  'price_asked',
  'conversation_logged',
  'call_answered',
  'meeting_held',
  'visit_booked',
  'trial_opened',
  'trial_activated',
  'need_answered',
  'declined',
  'moment_liked',
  'moment_commented',
  'content_viewed',
  'form_submitted',
  'event_registered',
  'event_attended',
  'contact_lost',
] as const

const words = (family: string, list: readonly string[]): Kind => ({ kind: 'words', family, words: list })
const refs = (of: Refers): Kind => ({ kind: 'refs', of })
const number: Kind = { kind: 'number' }
const none: Kind = { kind: 'none' }
const stages = ['mal', 'mil', 'mql', 'sal', 'sql', 'opportunity', 'won', 'lost', 'renewal']

/** The fields by the family under which the picker lists them. */
export const families: Record<string, Record<string, Kind>> = {
  tag: { tag: refs('tag') },
  process: {
    stage: words('stage', stages),
    stage_at: { kind: 'date' },
    awareness: words('awareness', ['problem', 'solution', 'product']),
    sop: refs('sop'),
    touches: { kind: 'times' },
    last_touch: { kind: 'date', never: true },
  },
  activity: { activity: words('activity', doings), last_inbound: { kind: 'date', never: true }, added_at: { kind: 'date' } },
  score: { score: number, fit: number, engagement: number, intent: number, grade: words('grade', ['A', 'B', 'C', 'D']) },
  source: { source: { kind: 'free', from: 'source' }, channel_state: { kind: 'free' } },
  person: {
    role: words('role', roles),
    seniority: words('seniority', ['executive', 'manager', 'practitioner']),
    is_kp: none,
    corp_name: none,
    phone: none,
    email: none,
    contact_type: words('contact_type', ['wechat', 'wecom']),
    friend: words('friend', ['active', 'half', 'transferred', 'lost', 'removed']),
    consent: words('consent', ['granted', 'refused']),
    contact_less: none,
  },
  team: { owner: refs('rep'), department: refs('department') },
  account: {
    account: refs('account'),
    'account.target': none,
    'account.list': refs('list'),
    'account.tier': words('tier', ['A', 'B', 'C']),
    'account.strategic': none,
    'account.lifecycle': words('lifecycle', ['prospect', 'customer', 'former', 'partner', 'competitor']),
    'account.industry': { kind: 'free' },
    'account.region': { kind: 'free' },
    'account.employees': number,
    'account.acv': number,
    'account.tech_spend': number,
    'account.owner': refs('rep'),
    'account.sdr': refs('rep'),
    'account.opportunity': words('opportunity', ['open', 'won', 'lost']),
    'account.engaged': none,
    'account.engagement': number,
    'account.engagement_level': words('engagement_level', ['unaware', 'aware', 'engaged', 'multi_threaded', 'opportunity']),
  },
  people: {
    'account.at_least': { kind: 'people' },
    'account.any': { kind: 'people' },
    'account.all': { kind: 'people' },
    'account.people': number,
    'account.roles': words('role', roles),
  },
}

const kinds: ReadonlyMap<string, Kind> = new Map(Object.values(families).flatMap((family) => Object.entries(family)))

/** How a field's values are given; undefined for one that this page does not know. */
export const kindOf = (field: string): Kind | undefined => kinds.get(field)

/** What is to be given in a condition of this operator, in the order of its sentence. */
export function slotsOf(field: string, is: string, v?: unknown): Slot[] {
  const kind = kindOf(field)
  if (!kind || kind.kind === 'none' || ['known', 'unknown', 'empty', 'yes', 'no'].includes(is)) return []
  switch (kind.kind) {
    case 'people':
      return field === 'account.at_least' ? ['count', 'inside'] : ['inside']
    case 'date':
      if (is === 'between') return ['day-from', 'day-to']
      return ['span']
    case 'times':
      return ['from', 'to']
    case 'number':
      return is === 'between' ? ['from', 'to'] : ['number']
    case 'words':
      return is === 'at_least' || typeof v === 'number' ? ['number'] : ['words']
  }
  return [kind.kind]
}

/** The value that a condition begins with; undefined where there is no sensible one. */
export function blankValue(field: string, is: string): unknown {
  const slots = slotsOf(field, is)
  switch (slots[0]) {
    case 'refs':
    case 'words':
    case 'free':
      return []
    case 'span':
      return { n: 30, unit: 'day' }
    case 'count':
      return { n: 2, filter: null }
    case 'inside':
      return { filter: null }
    case 'from':
      return kindOf(field)?.kind === 'times' ? { min: 1, max: 3 } : {}
    case 'day-from':
      return {}
  }
  return undefined
}

/** A new condition. */
export function newLeaf(field: string, operators: readonly string[]): Leaf {
  const is = operators[0] ?? ''
  return made(field, is, blankValue(field, is), field === 'activity' ? { within: { n: 30, unit: 'day', by: 'calendar' } } : undefined)
}

function made(f: string, is: string, v: unknown, opt?: Record<string, unknown>): Leaf {
  return { f, ...(is ? { is } : {}), ...(v === undefined ? {} : { v }), ...(opt ? { opt } : {}) }
}

/** The condition with another operator; its value stays where it still fits. */
export function withOperator(leaf: Leaf, is: string): Leaf {
  const before = slotsOf(leaf.f, leaf.is ?? '', leaf.v)
  const keep = String(before) === String(slotsOf(leaf.f, is))
  const opt = keep || leaf.f === 'tag' ? leaf.opt : undefined
  return made(leaf.f, is, keep ? leaf.v : blankValue(leaf.f, is), opt)
}

/** The condition with another value. */
export const withValue = (leaf: Leaf, v: unknown): Leaf => made(leaf.f, leaf.is ?? '', v, leaf.opt)

/** The condition with an option set, or taken out for undefined. */
export function withOption(leaf: Leaf, name: string, option: unknown): Leaf {
  const { [name]: _, ...rest } = leaf.opt ?? {}
  const opt = option === undefined ? rest : { ...rest, [name]: option }
  return made(leaf.f, leaf.is ?? '', leaf.v, Object.keys(opt).length > 0 ? opt : undefined)
}

/** Ready conditions that need no ids: what one reaches for most. */
export const presets: { key: string; node: FilterNode }[] = [
  { key: 'silent', node: { f: 'last_inbound', is: 'older_than', v: { n: 30, unit: 'day' }, opt: { null: 'use_added_at' } } },
  { key: 'active', node: { f: 'last_inbound', is: 'newer_than', v: { n: 7, unit: 'day' } } },
  { key: 'new', node: { f: 'added_at', is: 'newer_than', v: { n: 7, unit: 'day' } } },
  {
    key: 'price',
    node: { f: 'activity', is: 'in', v: ['price_asked'], opt: { within: { n: 30, unit: 'day', by: 'calendar' } } },
  },
  {
    key: 'not-met',
    node: { f: 'activity', is: 'not_in', v: ['meeting_held'], opt: { within: { n: 60, unit: 'day', by: 'calendar' } } },
  },
  { key: 'hot', node: { f: 'score', is: 'at_least', v: 60 } },
  { key: 'mql', node: { f: 'stage', is: 'in', v: ['mql'] } },
  { key: 'target', node: { f: 'account.target', is: 'yes' } },
  {
    key: 'deciders',
    node: {
      op: 'and',
      of: [
        { f: 'account.target', is: 'yes' },
        { f: 'role', is: 'in', v: ['boss', 'decision_maker'] },
      ],
    },
  },
  {
    key: 'two-active',
    node: {
      f: 'account.at_least',
      v: { n: 2, filter: { op: 'and', of: [{ f: 'last_inbound', is: 'newer_than', v: { n: 30, unit: 'day' } }] } },
    },
  },
  { key: 'untouched', node: { f: 'touches', is: 'between', v: { min: 0, max: 0 }, opt: { within: { n: 30, unit: 'day' } } } },
]
