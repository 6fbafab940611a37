import { Input } from 'antd'
import { useState } from 'react'
import { clockOf } from './clock-text'

interface ClockProps {
  /** Names it where no label does. */
  label?: string
  id?: string
  /** HH:MM, or empty. */
  value: string
  status?: '' | 'error'
  placeholder?: string
  onChange: (value: string) => void
}

/** A time of day in 24 hours, typed. */
export function ClockInput({ id, label, value, status = '', placeholder, onChange }: ClockProps) {
  const [typed, setTyped] = useState<string>()
  const wrong = typed !== undefined && typed !== '' && clockOf(typed) === undefined
  return (
    <Input
      id={id}
      aria-label={label}
      value={typed ?? value}
      status={wrong ? 'error' : status}
      placeholder={placeholder}
      style={{ width: 76 }}
      inputMode="numeric"
      onFocus={(e) => e.target.select()}
      onChange={(e) => {
        const text = e.target.value
        setTyped(text)
        const clock = clockOf(text)
        if (clock !== undefined && /\d\d[:：.]?\d\d$/.test(text.trim())) onChange(clock)
        if (text.trim() === '') onChange('')
      }}
      onBlur={() => {
        const clock = typed === undefined ? undefined : clockOf(typed)
        if (clock !== undefined && clock !== value) onChange(clock)
        setTyped(undefined)
      }}
    />
  )
}
