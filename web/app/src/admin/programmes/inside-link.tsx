import type { Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { Go } from '../ops/go'
import { insideOf } from './inside'

interface InsideProps {
  sop: Pick<Schema<'SOP'>, 'id' | 'enrollments'>
  /** The sentence that says how many are inside. */
  words: string
}

/** How many people are in a programme, with them behind it. */
export function Inside({ sop, words }: InsideProps) {
  const n = insideOf(sop)
  const said = t(words, { n })
  if (n === 0) return said
  return (
    <Go beside to={`/sops/${sop.id}/people`} search={{ state: 'inside' }}>
      {said}
    </Go>
  )
}
