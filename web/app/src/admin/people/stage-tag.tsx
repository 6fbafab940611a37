import { t } from '../../shared/i18n'
import { rungOf, rungs, useStageWord } from '../../shared/stages'
import './people.css'

/** Where somebody stands on the ladder: how high, and the rung's name. */
export function StageTag({ stage }: { stage: string }) {
  const name = useStageWord()
  if (stage === '') return <span className="soft">{t('ui.stage.none')}</span>
  const height = rungOf(stage)
  return (
    <span className={stage === 'lost' ? 'stage-tag lost' : 'stage-tag'}>
      {height > 0 && (
        <span className="stage-rungs" aria-hidden>
          {rungs.map((r, i) => (
            <i key={r} className={i < height ? 'on' : undefined} style={{ height: 4 + i }} />
          ))}
        </span>
      )}
      {name(stage)}
    </span>
  )
}
