import { useOpen } from '../../places'
import { groups } from './sections'

/** The groups of sections that the one who looks may open. */
export function useVisibleGroups() {
  const open = useOpen()
  return groups.map((g) => ({ ...g, sections: g.sections.filter((s) => open(s.to)) })).filter((g) => g.sections.length > 0)
}
