import { t } from '../../../../shared/i18n'
import { NumberField } from '../number-field'
import { Panel } from '../panel'
import { type PartProps, percents, withWeight } from './rules'

const parts = ['fit', 'engagement', 'intent'] as const

/** What the three parts weigh: a bar of a hundred. */
export function Weights({ rules, set, fixed }: PartProps) {
  const now = percents(rules)
  return (
    <Panel title={t('ui.score.weights')} lede={t('ui.score.weights.lede')}>
      <div className="weights" role="img" aria-label={parts.map((p) => `${t(`ui.score.part.${p}`)} ${now[p]}%`).join(', ')}>
        {parts.map((p) => (
          <div key={p} className={`weight ${p}`} style={{ flexGrow: now[p] }}>
            {now[p] > 8 && `${t(`ui.score.part.${p}`)} ${now[p]}%`}
          </div>
        ))}
      </div>
      <div className="fields">
        {parts.map((p) => (
          <NumberField
            key={p}
            label={t(`ui.score.part.${p}`)}
            value={now[p]}
            max={100}
            unit="%"
            disabled={fixed}
            set={(n) => set({ weights: withWeight(rules, p, n) })}
          />
        ))}
      </div>
    </Panel>
  )
}
