import { CloseOutlined, CopyOutlined, DeleteOutlined, SplitCellsOutlined } from '@ant-design/icons'
import { Alert, Button, Collapse, Input, Segmented, Space } from 'antd'
import { useState } from 'react'
import { t, word } from '../../shared/i18n'
import { Allowed } from '../allowed'
import type { Calendar } from './calendar'
import { ChannelIcon } from './channel-icon'
import { ContentField } from './content-field'
import { Field } from './field'
import { type Channel, channelsFor, type Definition, hasVariants, liesAhead, type Step } from './model'
import { PreviewPane } from './preview-pane'
import { StepFilter } from './step-filter'
import { StepRules } from './step-rules'
import { split, toChannel } from './steps'
import { TagsField } from './tags-field'
import type { Review } from './use-sop'
import { VariantsField } from './variants-field'
import { WhenField } from './when-field'

interface PanelProps {
  step: Step
  number: number
  definition: Definition
  calendar: Calendar
  review: Review | undefined
  autoFocus: boolean
  onChange: (change: (step: Step) => Step, name?: string) => void
  onCopy: () => void
  onRemove: () => void
  onClose: () => void
}

/** One step: when, through which channel, what it says and to whom; with its preview. */
export function StepPanel({ step, number, definition, calendar, review, autoFocus, onChange, onCopy, onRemove, onClose }: PanelProps) {
  const [shown, setShown] = useState('')
  const faults = review?.faults.filter((f) => f.step_key === step.key) ?? []
  const findings = review?.findings.filter((f) => f.step_key === step.key) ?? []
  const faultOf = (field: string) => faults.find((f) => f.field === field || f.field.startsWith(`${field}.`))?.text
  const variant = step.variants?.find((v) => v.key === shown) ?? step.variants?.[0]
  const content = variant?.content ?? step.content ?? {}
  const says = step.channel !== 'tag'
  return (
    <section className="step-panel" aria-labelledby="step-panel-title" onKeyDown={(e) => e.key === 'Escape' && onClose()}>
      <header>
        <h2 id="step-panel-title">{t('ui.sop.step', { n: number })}</h2>
        <Space size={4}>
          {step.channel !== 'welcome' && (
            <Allowed to="updateSOP">
              <Button type="text" icon={<CopyOutlined aria-hidden />} onClick={onCopy}>
                {t('ui.sop.step.copy')}
              </Button>
            </Allowed>
          )}
          <Allowed to="updateSOP">
            <Button type="text" icon={<DeleteOutlined aria-hidden />} onClick={onRemove}>
              {t('ui.sop.step.remove')}
            </Button>
          </Allowed>
          <Button type="text" icon={<CloseOutlined aria-hidden />} aria-label={t('ui.sop.step.close')} disabled={false} onClick={onClose} />
        </Space>
      </header>
      <div className="step-body">
        <div className="step-fields">
          <Field label={t('ui.sop.channel')} fault={faultOf('channel')} group>
            {() => (
              <Segmented<string>
                aria-label={t('ui.sop.channel')}
                className="channel-choice"
                value={step.channel}
                options={channelsFor(definition.trigger).map((c) => ({
                  value: c,
                  label: (
                    <span>
                      <ChannelIcon channel={c} /> {word('channel', c)}
                    </span>
                  ),
                }))}
                onChange={(c) => onChange((s) => toChannel(s, c as Channel))}
              />
            )}
          </Field>
          {step.channel !== 'welcome' && (
            <WhenField
              offset={step.offset}
              calendar={calendar}
              ahead={liesAhead(definition.trigger)}
              dated={step.channel === 'moment'}
              fault={faultOf('offset')}
              onChange={(offset) => onChange((s) => ({ ...s, offset }), 'offset')}
            />
          )}
          {step.variants && (
            <VariantsField
              step={step}
              shown={variant?.key ?? ''}
              onShow={setShown}
              faultOf={faultOf}
              autoFocus={false}
              onChange={onChange}
            />
          )}
          {says && !step.variants && (
            <>
              <ContentField
                content={content}
                channel={step.channel}
                autoFocus={autoFocus}
                fault={faultOf('') ?? faultOf('content')}
                onChange={(next, name) => onChange((s) => ({ ...s, content: next }), name)}
              />
              {hasVariants(step.channel) && (
                <Button size="small" icon={<SplitCellsOutlined aria-hidden />} onClick={() => onChange(split)} className="field-tools">
                  {t('ui.sop.variants.start')}
                </Button>
              )}
            </>
          )}
          {step.channel === 'tag' && (
            <>
              <TagsField
                label={t('ui.sop.tags.add')}
                value={step.add_tags ?? []}
                fault={faultOf('')}
                onChange={(ids) => onChange((s) => ({ ...s, add_tags: ids }))}
              />
              <TagsField
                label={t('ui.sop.tags.remove')}
                value={step.remove_tags ?? []}
                onChange={(ids) => onChange((s) => ({ ...s, remove_tags: ids.length > 0 ? ids : undefined }))}
              />
            </>
          )}
          {findings.map((f) => (
            <Alert key={f.code + f.text} type="warning" showIcon title={<span translate="no">{f.text}</span>} className="finding" />
          ))}
          <Collapse
            ghost
            className="step-more"
            items={[
              {
                key: 'more',
                label: t('ui.sop.more'),
                children: (
                  <>
                    <Field label={t('ui.sop.step.name')} hint={t('ui.sop.step.name.hint')}>
                      {({ id }) => (
                        <Input
                          id={id}
                          value={step.name ?? ''}
                          maxLength={80}
                          translate="no"
                          onChange={(e) => onChange((s) => ({ ...s, name: e.target.value || undefined }), 'name')}
                        />
                      )}
                    </Field>
                    {step.channel !== 'welcome' && <StepFilter step={step} fault={faultOf('filter')} onChange={onChange} />}
                    <StepRules step={step} faultOf={faultOf} onChange={onChange} />
                  </>
                ),
              },
            ]}
          />
        </div>
        {says && <PreviewPane channel={step.channel} name={step.name ?? ''} content={content} />}
      </div>
    </section>
  )
}
