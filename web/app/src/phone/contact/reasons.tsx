import type { Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { wholePoints } from '../parts/chips'

/** Why the score is what it is, in sentences. */
export function Reasons({ contact: { score } }: { contact: Schema<'MyContact'> }) {
  if (score.reasons.length === 0) return null
  return (
    <details className="card reasons">
      <summary>{t('m.reasons', { score: wholePoints(score.score) })}</summary>
      <ul>
        {score.reasons.map((reason) => (
          <li key={reason} translate="no">
            {reason}
          </li>
        ))}
      </ul>
    </details>
  )
}
