import { t } from '../../../../shared/i18n'
import { NumberField } from '../number-field'
import { Panel } from '../panel'
import type { PartProps, Rules } from './rules'

const grades = ['a', 'b', 'c'] as const
const engaged = ['points', 'people', 'high_value', 'days', 'roles'] as const

/** From where on a grade is given, and when an account is engaged. */
export function Marks({ rules, set, fixed }: PartProps) {
  const put = (part: Partial<Rules['engaged']>) => set({ engaged: { ...rules.engaged, ...part } })
  return (
    <>
      <Panel title={t('ui.score.grades')} lede={t('ui.score.grades.lede')}>
        <div className="grades" role="img" aria-label={grades.map((g) => `${g.toUpperCase()} ≥ ${rules.grades[g]}`).join(', ')}>
          <div style={{ flexGrow: rules.grades.c }}>D</div>
          <div style={{ flexGrow: rules.grades.b - rules.grades.c }}>C</div>
          <div style={{ flexGrow: rules.grades.a - rules.grades.b }}>B</div>
          <div style={{ flexGrow: 100 - rules.grades.a }}>A</div>
        </div>
        <div className="fields narrow">
          {grades.map((g) => (
            <NumberField
              key={g}
              label={t('ui.score.grade.from', { grade: g.toUpperCase() })}
              value={rules.grades[g]}
              max={100}
              disabled={fixed}
              set={(n) => set({ grades: { ...rules.grades, [g]: n } })}
            />
          ))}
          <NumberField
            label={t('ui.score.saturation')}
            value={rules.saturation}
            min={1}
            max={10_000}
            disabled={fixed}
            set={(saturation) => set({ saturation })}
          />
        </div>
      </Panel>
      <Panel title={t('ui.score.engaged')} lede={t('ui.score.engaged.lede')}>
        <div className="fields narrow">
          {engaged.map((k) => (
            <NumberField
              key={k}
              label={t(`ui.score.engaged.${k}`)}
              value={rules.engaged[k]}
              min={k === 'days' ? 1 : 0}
              max={k === 'points' ? 1_000_000 : k === 'days' ? 365 : 100}
              disabled={fixed}
              set={(n) => put({ [k]: n })}
            />
          ))}
        </div>
      </Panel>
    </>
  )
}
