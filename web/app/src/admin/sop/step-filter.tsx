import { t } from '../../shared/i18n'
import { type FilterValue, SettledFilter } from '../filter'
import { Field } from './field'
import type { Step } from './model'

interface StepFilterProps {
  step: Step
  fault?: string
  onChange: (change: (step: Step) => Step, name?: string) => void
}

/** For whom of those inside the step is; the others skip it. */
export function StepFilter({ step, fault, onChange }: StepFilterProps) {
  return (
    <Field label={t('ui.sop.filter')} hint={t('ui.sop.filter.hint')} group>
      {() => (
        <SettledFilter
          key={step.key}
          value={(step.filter ?? null) as FilterValue}
          fault={fault}
          label={t('ui.sop.filter')}
          onChange={(filter) => onChange((s) => ({ ...s, filter: (filter ?? undefined) as Step['filter'] }), 'filter')}
        />
      )}
    </Field>
  )
}
