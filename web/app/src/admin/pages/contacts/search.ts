/** The filters of the list of contacts, as they stand in the address. */
export interface ContactSearch {
  q?: string
  stage?: string
  grade?: string
  min_score?: number
  rep?: number
  account?: number
  tag?: number
  state?: string
  source?: string
  added_days?: number
  audience?: number
  silent?: number
}

const stages = ['mal', 'mil', 'mql', 'sal', 'sql', 'opportunity', 'won', 'lost', 'renewal']
const states = ['active', 'half', 'lost', 'removed', 'transferred']

const id = (v: unknown): number | undefined => (Number.isInteger(Number(v)) && Number(v) > 0 ? Number(v) : undefined)
const among = (v: unknown, words: readonly string[]): string | undefined => (words.includes(String(v)) ? String(v) : undefined)

/** Reads the address; what it does not understand is left out. */
export function contactSearch(s: Record<string, unknown>): ContactSearch {
  const score = id(s.min_score)
  const found: ContactSearch = {
    q: s.q === undefined || s.q === '' ? undefined : String(s.q).slice(0, 60),
    stage: among(s.stage, stages),
    grade: among(s.grade, ['A', 'B', 'C', 'D']),
    min_score: score !== undefined && score <= 100 ? score : undefined,
    rep: id(s.rep),
    account: id(s.account),
    tag: id(s.tag),
    state: among(s.state, states),
    source: s.source === undefined || s.source === '' ? undefined : String(s.source).slice(0, 64),
    added_days: id(s.added_days),
    audience: id(s.audience),
    silent: [30, 45, 60].includes(Number(s.silent)) ? Number(s.silent) : undefined,
  }
  return Object.fromEntries(Object.entries(found).filter(([, v]) => v !== undefined))
}

/** Whether anything narrows the list. */
export const narrowed = (s: ContactSearch): boolean => Object.keys(s).length > 0

/** The query of the API that goes with the address, but for lists of members. */
export function contactQuery(s: ContactSearch) {
  const { rep, account, tag } = s
  return {
    q: s.q,
    stage: s.stage as 'mql' | undefined,
    grade: s.grade as 'A' | undefined,
    min_score: s.min_score,
    rep_id: rep,
    account_id: account,
    tag_id: tag,
    source: s.source,
    added_days: s.added_days,
    state: s.state as 'active' | undefined,
  }
}
