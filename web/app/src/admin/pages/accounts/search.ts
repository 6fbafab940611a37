/** The filters of the list of accounts, as they stand in the address. */
export interface AccountSearch {
  q?: string
  tier?: string
  lifecycle?: string
  owner?: number
  sdr?: number
  list?: number
  target?: number
  review?: number
  lacks?: string
  box?: string
  order?: string
}

const lifecycles = ['prospect', 'customer', 'former', 'partner', 'competitor']
export const lacks = ['owner', 'sdr', 'backup', 'tier', 'people'] as const
export const boxes = ['sell', 'open', 'check', 'leave'] as const

const id = (v: unknown): number | undefined => (Number.isInteger(Number(v)) && Number(v) > 0 ? Number(v) : undefined)
const flag = (v: unknown): number | undefined => (Number(v) === 1 ? 1 : undefined)
const among = (v: unknown, words: readonly string[]): string | undefined => (words.includes(String(v)) ? String(v) : undefined)

/** Reads the address; what it does not understand is left out. */
export function accountSearch(s: Record<string, unknown>): AccountSearch {
  const found: AccountSearch = {
    q: s.q === undefined || s.q === '' ? undefined : String(s.q).slice(0, 60),
    tier: among(s.tier, ['A', 'B', 'C']),
    lifecycle: among(s.lifecycle, lifecycles),
    owner: id(s.owner),
    sdr: id(s.sdr),
    list: id(s.list),
    target: flag(s.target),
    review: flag(s.review),
    lacks: among(s.lacks, lacks),
    box: among(s.box, boxes),
    order: among(s.order, ['priority']),
  }
  return Object.fromEntries(Object.entries(found).filter(([, v]) => v !== undefined))
}

/** The query of the API that goes with the address. */
export function accountQuery(s: AccountSearch) {
  return {
    q: s.q,
    tier: s.tier as 'A' | undefined,
    lifecycle: s.lifecycle as 'prospect' | undefined,
    owner_id: s.owner,
    sdr_id: s.sdr,
    list_id: s.list,
    target: s.target ? ('1' as const) : undefined,
    review: s.review ? ('1' as const) : undefined,
    lacks: s.lacks as 'owner' | undefined,
  }
}
