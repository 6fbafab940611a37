import { InputNumber, Select } from 'antd'
import { useId } from 'react'
import { t, word } from '../../../../shared/i18n'
import { NumberField } from '../number-field'
import { Panel } from '../panel'
import type { PartProps, Rules } from './rules'

const lists = ['industries', 'regions'] as const
const ranges = ['employees', 'acv', 'tech_spend'] as const
const points = ['industry', 'size', 'region', 'budget', 'process'] as const

type Bounds = Rules['fit']['acv']

function Words({ label, value, set, fixed }: { label: string; value: string[]; set: (v: string[]) => void; fixed: boolean }) {
  const id = useId()
  if (fixed)
    return (
      <div className="field">
        <span className="field-name">{label}</span>
        {value.length > 0 ? <p translate="no">{value.join(', ')}</p> : <p>{t('ui.score.fit.any')}</p>}
      </div>
    )
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <Select id={id} mode="tags" value={value} onChange={set} placeholder={t('ui.score.fit.any')} tokenSeparators={[',', '，', '、']} />
    </div>
  )
}

function RangeField({ label, value, set, fixed }: { label: string; value: Bounds; set: (v: Bounds) => void; fixed: boolean }) {
  return (
    <div className="field">
      <span className="field-name">{label}</span>
      <div className="range">
        {(['min', 'max'] as const).map((end) => (
          <InputNumber
            controls={false}
            key={end}
            aria-label={`${label} ${t(`ui.score.fit.${end}`)}`}
            placeholder={t(`ui.score.fit.${end}`)}
            min={0}
            value={value[end] ?? null}
            disabled={fixed}
            onChange={(n) => set({ ...value, [end]: n ?? undefined })}
            style={{ flex: 1, minWidth: 0 }}
          />
        ))}
      </div>
    </div>
  )
}

/** Who the ideal customer is, and what each likeness is worth. */
export function Fit({ rules, set, fixed }: PartProps) {
  const { fit } = rules
  const put = (part: Partial<Rules['fit']>) => set({ fit: { ...fit, ...part } })
  const roles = Object.keys(fit.roles).toSorted((a, b) => (fit.roles[b] ?? 0) - (fit.roles[a] ?? 0) || a.localeCompare(b))
  return (
    <Panel title={t('ui.score.fit')} lede={t('ui.score.fit.lede')}>
      <h3>{t('ui.score.fit.ideal')}</h3>
      <div className="fields">
        {lists.map((k) => (
          <Words key={k} label={t(`ui.score.fit.${k}`)} value={fit[k]} fixed={fixed} set={(v) => put({ [k]: v })} />
        ))}
        {ranges.map((k) => (
          <RangeField key={k} label={t(`ui.score.fit.${k}`)} value={fit[k]} fixed={fixed} set={(v) => put({ [k]: v })} />
        ))}
      </div>
      <h3>{t('ui.score.fit.points')}</h3>
      <div className="fields narrow">
        {points.map((k) => (
          <NumberField
            key={k}
            label={t(`score.field.${k}`)}
            value={fit.points[k]}
            max={1000}
            disabled={fixed}
            set={(n) => put({ points: { ...fit.points, [k]: n } })}
          />
        ))}
        <NumberField
          label={t('ui.score.fit.prior')}
          value={Math.round(fit.prior * 100)}
          max={100}
          unit="%"
          disabled={fixed}
          set={(n) => put({ prior: n / 100 })}
        />
      </div>
      <h3>{t('ui.score.fit.roles')}</h3>
      <div className="fields narrow">
        {roles.map((role) => (
          <NumberField
            key={role}
            label={role === 'unknown' ? t('ui.score.role.unknown') : word('filter.word.role', role)}
            value={fit.roles[role]}
            max={1000}
            disabled={fixed}
            set={(n) => put({ roles: { ...fit.roles, [role]: n } })}
          />
        ))}
      </div>
    </Panel>
  )
}
