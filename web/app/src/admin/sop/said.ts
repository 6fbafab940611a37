import { type Content, type Definition, type Step, stepsOf } from './model'
import type { SOP } from './use-sop'

const differs = (a: Content | undefined, b: Content | undefined): boolean => JSON.stringify(a ?? {}) !== JSON.stringify(b ?? {})

/** The published steps whose draft says something else than what is sent now. */
export function resaid(sop: Pick<SOP, 'draft' | 'contents' | 'variants' | 'definition'>): Step[] {
  const published = new Set(stepsOf(sop.definition ?? { trigger: { kind: '' }, steps: null }).map((s) => s.key))
  return stepsOf(sop.draft).filter((step) => {
    if (!published.has(step.key) || step.channel === 'tag') return false
    if (!step.variants) return differs(step.content, sop.contents[step.key])
    return step.variants.some((v) => differs(v.content, sop.variants[step.key]?.[v.key]))
  })
}

const silent = (step: Step): Step => ({ ...step, content: undefined, variants: step.variants?.map((v) => ({ ...v, content: undefined })) })
const structure = (definition: Definition): string => JSON.stringify({ ...definition, steps: stepsOf(definition).map(silent) })

/** Whether the saved draft is what runs, down to its words. */
export function isPublished(sop: Pick<SOP, 'draft' | 'contents' | 'variants' | 'definition'>): boolean {
  return sop.definition !== null && structure(sop.draft) === structure(sop.definition) && resaid(sop).length === 0
}
