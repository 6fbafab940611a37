import { knows, t } from '../../../../shared/i18n'
import { NumberField } from '../number-field'
import { Panel } from '../panel'
import type { PartProps } from './rules'

/** What is known of budget, authority, need and timing. */
export function Intent({ rules, set, fixed }: PartProps) {
  return (
    <Panel title={t('ui.score.intent')} lede={t('ui.score.intent.lede')}>
      <div className="fields">
        {rules.intent.map((rule, i) => (
          <NumberField
            key={rule.key}
            label={
              (knows(`score.need.${rule.key}`) ? t(`score.need.${rule.key}`) : rule.key) +
              (rule.days ? t('ui.score.intent.days', { n: rule.days }) : rule.fades ? t('ui.score.intent.fades') : '')
            }
            value={rule.points}
            min={-1000}
            max={1000}
            disabled={fixed}
            set={(points) => set({ intent: rules.intent.with(i, { ...rule, points }) })}
          />
        ))}
        <NumberField
          label={t('ui.score.intent.half-life')}
          value={rules.intent_half_life_days}
          min={1}
          max={3650}
          disabled={fixed}
          set={(intent_half_life_days) => set({ intent_half_life_days })}
        />
      </div>
    </Panel>
  )
}
