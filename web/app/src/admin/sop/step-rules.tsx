import { Checkbox, InputNumber, Select } from 'antd'
import { t } from '../../shared/i18n'
import { DurationInput } from './duration-input'
import { Field } from './field'
import type { Step } from './model'

interface RulesProps {
  step: Step
  faultOf: (field: string) => string | undefined
  onChange: (change: (step: Step) => Step, name?: string) => void
}

/** What holds when a step comes late or is not confirmed, and how variants are compared. */
export function StepRules({ step, faultOf, onChange }: RulesProps) {
  const advance = step.advance_on ?? {}
  const test = step.test ?? {}
  const setAdvance = (change: Partial<typeof advance>) => onChange((s) => ({ ...s, advance_on: { ...s.advance_on, ...change } }))
  const setTest = (change: Partial<typeof test>) => onChange((s) => ({ ...s, test: { ...s.test, ...change } }))
  return (
    <div className="step-rules">
      <Field label={t('ui.sop.grace')} hint={t('ui.sop.grace.hint')} fault={faultOf('grace')} group>
        {() => (
          <DurationInput
            label={t('ui.sop.grace')}
            value={step.grace}
            fallback="12h"
            onChange={(grace) => onChange((s) => ({ ...s, grace }))}
          />
        )}
      </Field>
      {step.channel !== 'tag' && step.channel !== 'welcome' && (
        <>
          <Field label={t('ui.sop.advance')} fault={faultOf('advance_on.on')}>
            {({ id }) => (
              <Select
                id={id}
                value={advance.on ?? 'confirmed'}
                options={(['confirmed', 'dispatched'] as const).map((on) => ({ value: on, label: t(`ui.sop.advance.${on}`) }))}
                onChange={(on) => setAdvance({ on })}
              />
            )}
          </Field>
          {advance.on !== 'dispatched' && (
            <>
              <Field label={t('ui.sop.timeout')} fault={faultOf('advance_on.timeout')} group>
                {() => (
                  <DurationInput
                    label={t('ui.sop.timeout')}
                    value={advance.timeout}
                    fallback="24h"
                    onChange={(timeout) => setAdvance({ timeout })}
                  />
                )}
              </Field>
              <Field label={t('ui.sop.then')} fault={faultOf('advance_on.then')}>
                {({ id }) => (
                  <Select
                    id={id}
                    value={advance.then ?? 'go_on'}
                    options={(['go_on', 'skip_rest'] as const).map((then) => ({ value: then, label: t(`ui.sop.then.${then}`) }))}
                    onChange={(then) => setAdvance({ then })}
                  />
                )}
              </Field>
            </>
          )}
        </>
      )}
      {step.variants && (
        <>
          <Field label={t('ui.sop.test.within')} fault={faultOf('test.within')} group>
            {() => (
              <DurationInput label={t('ui.sop.test.within')} value={test.within} fallback="3d" onChange={(within) => setTest({ within })} />
            )}
          </Field>
          <Field label={t('ui.sop.test.people')} fault={faultOf('test.min_people')}>
            {({ id }) => (
              <InputNumber
                controls={false}
                id={id}
                value={test.min_people ?? null}
                placeholder="100"
                min={1}
                max={1_000_000}
                precision={0}
                onChange={(n) => setTest({ min_people: n ?? undefined })}
              />
            )}
          </Field>
          <Field label={t('ui.sop.test.effect')} fault={faultOf('test.effect')}>
            {({ id }) => (
              <InputNumber
                controls={false}
                id={id}
                value={test.effect ?? null}
                placeholder="5"
                min={0.1}
                max={99}
                onChange={(n) => setTest({ effect: n ?? undefined })}
              />
            )}
          </Field>
          <Checkbox checked={test.auto_winner ?? false} onChange={(e) => setTest({ auto_winner: e.target.checked })}>
            {t('ui.sop.test.auto')}
          </Checkbox>
        </>
      )}
    </div>
  )
}
