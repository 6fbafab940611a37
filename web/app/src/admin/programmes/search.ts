// The filters of the list of programmes, as its address has them.

export const states = ['live', 'paused', 'draft', 'archived'] as const
export type StateFilter = (typeof states)[number]

export interface SOPsSearch {
  q?: string
  state?: StateFilter
}

/** The state that an address names, if it is one. */
export const stateOf = (value: unknown): StateFilter | undefined => states.find((s) => s === value)
