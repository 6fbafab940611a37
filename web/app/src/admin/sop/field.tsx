import { type ReactNode, useId } from 'react'
import './field.css'

interface FieldProps {
  label: string
  /** What is wrong with it, in words. */
  fault?: string
  hint?: ReactNode
  /** Several controls under one label. */
  group?: boolean
  children: (control: { id: string; status: '' | 'error'; 'aria-describedby': string | undefined }) => ReactNode
}

/** A labelled control with its fault or a hint below. */
export function Field({ label, fault, hint, group = false, children }: FieldProps) {
  const id = useId()
  const below = fault || hint
  const control = { id, status: fault ? ('error' as const) : ('' as const), 'aria-describedby': below ? `${id}-below` : undefined }
  const body = (
    <>
      {children(control)}
      {below && (
        <div id={`${id}-below`} className={fault ? 'field-fault' : 'field-hint'}>
          {below}
        </div>
      )}
    </>
  )
  if (group)
    return (
      <fieldset className="field">
        <legend className="field-label">{label}</legend>
        {body}
      </fieldset>
    )
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      {body}
    </div>
  )
}
