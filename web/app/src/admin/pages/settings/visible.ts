import { useSession } from '../../../shared/session'
import { groups } from './sections'

/** The groups of sections that the reader's role may open. */
export function useVisibleGroups() {
  const role = useSession().data?.role
  return groups
    .map((g) => ({ ...g, sections: g.sections.filter((s) => !s.admin || role === 'admin') }))
    .filter((g) => g.sections.length > 0)
}
