import { formatNumber, t } from '../../../shared/i18n'

/** A score as a bar with its number, and the grade of the fit. */
export function Score({ score, grade }: { score: number | null; grade: string }) {
  if (score === null) return <span className="soft">{t('ui.score.none')}</span>
  const points = Math.floor(score)
  return (
    <span className="score">
      <span className="score-bar" aria-hidden>
        <i style={{ width: `${Math.max(2, points)}%` }} />
      </span>
      <b>{formatNumber(points)}</b>
      {grade && (
        <span className="soft" title={t('ui.score.grade', { grade })}>
          {grade}
        </span>
      )}
    </span>
  )
}
