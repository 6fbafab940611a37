import { InputNumber } from 'antd'
import { useId } from 'react'

interface NumberFieldProps {
  label: string
  value: number | null | undefined
  set: (n: number) => void
  min?: number
  max?: number
  step?: number
  unit?: string
  disabled?: boolean
}

/** A number with its label above. */
export function NumberField({ label, value, set, min = 0, max = 100_000, step, unit, disabled }: NumberFieldProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <InputNumber
        controls={false}
        id={id}
        min={min}
        max={max}
        step={step}
        suffix={unit}
        value={value ?? null}
        disabled={disabled}
        onChange={(n) => set(n ?? min)}
        style={{ width: '100%' }}
      />
    </div>
  )
}
