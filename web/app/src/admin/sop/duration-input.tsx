import { InputNumber, Select, Space } from 'antd'
import { t } from '../../shared/i18n'
import { fromUnit, inUnit, type Unit } from './offset'

interface DurationProps {
  label: string
  value: string | undefined
  /** Shown when there is no value: what holds then. */
  fallback?: string
  negative?: boolean
  onChange: (duration: string | undefined) => void
}

const units: Unit[] = ['m', 'h', 'd']

/** A duration as a number of minutes, hours or days; empty means what is usual. */
export function DurationInput({ label, value, fallback, negative = false, onChange }: DurationProps) {
  const { n, unit } = inUnit(value ?? fallback)
  return (
    <Space.Compact>
      <InputNumber
        controls={false}
        aria-label={label}
        value={value === undefined ? null : n}
        placeholder={fallback ? String(n) : undefined}
        min={negative ? -9999 : 0}
        max={9999}
        precision={0}
        style={{ width: 84 }}
        onChange={(next) => onChange(next === null || next === 0 ? undefined : fromUnit(next, unit))}
      />
      <Select<Unit>
        aria-label={t('ui.sop.unit')}
        value={unit}
        style={{ width: 92 }}
        options={units.map((u) => ({ value: u, label: t(`ui.sop.unit.${u}.name`) }))}
        onChange={(next) => onChange(fromUnit(n || 1, next))}
      />
    </Space.Compact>
  )
}
