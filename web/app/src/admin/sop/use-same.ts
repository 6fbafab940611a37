import { useMemo } from 'react'
import { useDiff } from './publish-diff'
import { isPublished } from './said'
import type { useAutosave } from './use-autosave'
import type { SOP } from './use-sop'

/**
 * The version that publishing would only repeat: the draft is what runs, and
 * nobody inside goes by an older one, whom publishing again would move.
 */
export function useSame(sop: SOP, { state, revision }: ReturnType<typeof useAutosave>): number | undefined {
  const published = useMemo(() => isPublished(sop), [sop]) && state.kind === 'saved'
  const diff = useDiff(sop.id, revision, published && sop.version > 1)
  return published && (sop.version === 1 || diff.data?.people.move === 0) ? sop.version : undefined
}
