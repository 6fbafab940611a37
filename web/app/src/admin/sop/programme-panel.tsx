import { Input, Select } from 'antd'
import { t } from '../../shared/i18n'
import { EntryForm } from '../pages/sop/entry'
import { Field } from './field'
import type { Editor } from './use-editor'
import type { Review } from './use-sop'

interface ProgrammeProps {
  editor: Editor
  review: Review | undefined
}

/** What holds for the whole programme: its name, what its steps count from, who enters and when it may send. */
export function ProgrammePanel({ editor, review }: ProgrammeProps) {
  const { name, definition } = editor.draft
  const faults = Object.fromEntries((review?.faults ?? []).filter((f) => f.step_key === '').map((f) => [f.field, f.text]))
  return (
    <section className="programme-panel" aria-labelledby="programme-title">
      <h2 id="programme-title">{t('ui.sop.programme')}</h2>
      <div className="programme-fields">
        <Field label={t('ui.sop.name')} fault={name.trim() === '' ? t('ui.sop.name.missing') : undefined}>
          {(control) => <Input {...control} value={name} maxLength={80} translate="no" onChange={(e) => editor.rename(e.target.value)} />}
        </Field>
        <Field label={t('ui.sop.mode')} fault={faults.mode} hint={t(`ui.sop.mode.${definition.mode ?? 'anchor'}.hint`)}>
          {({ id }) => (
            <Select
              id={id}
              value={definition.mode ?? 'anchor'}
              options={(['anchor', 'chained'] as const).map((m) => ({ value: m, label: t(`ui.sop.mode.${m}`) }))}
              onChange={(mode) => editor.editDefinition((d) => ({ ...d, mode }))}
            />
          )}
        </Field>
      </div>
      <EntryForm definition={definition} faults={faults} onChange={(next) => editor.editDefinition(() => next, 'entry')} />
    </section>
  )
}
