import { type ComponentProps, useState } from 'react'
import type { FilterValue } from './ast'
import { FilterBuilder } from './builder'
import { countFaults } from './faults'

/** A filter builder that tells only of whole filters: what is half written stays with it. */
export function SettledFilter({ value, onChange, ...rest }: ComponentProps<typeof FilterBuilder>) {
  const [unfinished, setUnfinished] = useState<FilterValue>(null)
  const change = (next: FilterValue) => {
    if (countFaults(next) > 0) return setUnfinished(next)
    setUnfinished(null)
    onChange(next)
  }
  return <FilterBuilder {...rest} value={unfinished ?? value} onChange={change} />
}
