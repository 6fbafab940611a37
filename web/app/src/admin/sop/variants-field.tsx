import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, InputNumber, Segmented, Space } from 'antd'
import { t } from '../../shared/i18n'
import { ContentField } from './content-field'
import type { Step } from './model'
import { SplitBar } from './split-bar'
import { addVariant, removeVariant } from './steps'

const most = 8

interface VariantsProps {
  step: Step
  shown: string
  onShow: (key: string) => void
  faultOf: (field: string) => string | undefined
  autoFocus: boolean
  onChange: (change: (step: Step) => Step, name?: string) => void
}

/** Several contents that are compared: their shares, and the one that is edited. */
export function VariantsField({ step, shown, onShow, faultOf, autoFocus, onChange }: VariantsProps) {
  const variants = step.variants ?? []
  const at = variants.findIndex((v) => v.key === shown)
  const variant = variants[at]
  const set = (key: string, change: Partial<(typeof variants)[number]>, name?: string) =>
    onChange((s) => ({ ...s, variants: (s.variants ?? []).map((v) => (v.key === key ? { ...v, ...change } : v)) }), name)
  return (
    <div className="variants">
      <SplitBar variants={variants} />
      <Space wrap>
        <Segmented
          aria-label={t('ui.sop.variants')}
          value={shown}
          options={variants.map((v) => ({ value: v.key, label: t('ui.sop.variant', { key: v.key.toUpperCase() }) }))}
          onChange={onShow}
        />
        {variant && (
          <InputNumber
            controls={false}
            prefix={t('ui.sop.variant.weight')}
            aria-label={t('ui.sop.variant.weight')}
            value={variant.weight}
            min={0}
            max={10_000}
            precision={0}
            style={{ width: 120 }}
            onChange={(weight) => set(variant.key, { weight: weight ?? 0 }, `weight.${variant.key}`)}
          />
        )}
        {variants.length < most && (
          <Button size="small" icon={<PlusOutlined aria-hidden />} onClick={() => onChange(addVariant)}>
            {t('ui.sop.variant.add')}
          </Button>
        )}
        {variant && (
          <Button
            size="small"
            icon={<DeleteOutlined aria-hidden />}
            onClick={() => {
              onChange((s) => removeVariant(s, variant.key))
              onShow(variants.find((v) => v.key !== variant.key)?.key ?? '')
            }}
          >
            {t('ui.sop.variant.remove')}
          </Button>
        )}
      </Space>
      {faultOf('variants') && <div className="field-fault">{faultOf('variants')}</div>}
      {variant && (
        <ContentField
          key={variant.key}
          content={variant.content ?? {}}
          channel={step.channel}
          autoFocus={autoFocus}
          fault={faultOf(`variants[${at}]`)}
          onChange={(content, name) => set(variant.key, { content }, name && `${name}.${variant.key}`)}
        />
      )}
    </div>
  )
}
