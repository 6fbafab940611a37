import { InputNumber, Select, Space } from 'antd'
import { t } from '../../shared/i18n'
import type { Calendar } from './calendar'
import { ClockInput } from './clock-input'
import { DurationInput } from './duration-input'
import { Field } from './field'
import type { Offset } from './model'
import { asKind, kindOf, type OffsetKind } from './offset'

const kinds: OffsetKind[] = ['day', 'workday', 'week', 'month', 'after']

interface WhenProps {
  offset: Offset
  calendar: Calendar
  ahead: boolean
  /** A moment needs a day and a time. */
  dated: boolean
  fault?: string
  onChange: (offset: Offset) => void
}

/** When a step is due. */
export function WhenField({ offset, calendar, ahead, dated, fault, onChange }: WhenProps) {
  const kind = kindOf(offset)
  const least = ahead ? -3650 : kind === 'day' ? 0 : 1
  const number = offset.workday ?? offset.week ?? offset.month ?? offset.day ?? 0
  const setNumber = (n: number) => onChange({ [kind]: n, ...(offset.at ? { at: offset.at } : {}) })
  return (
    <Field label={t('ui.sop.when')} fault={fault} hint={kind === 'workday' ? t('ui.sop.when.workday.hint') : undefined} group>
      {({ status }) => (
        <Space wrap>
          <Select<OffsetKind>
            aria-label={t('ui.sop.when.kind')}
            value={kind}
            style={{ width: 150 }}
            status={status}
            options={kinds.filter((k) => !dated || k !== 'after').map((k) => ({ value: k, label: t(`ui.sop.when.${k}`) }))}
            onChange={(k) => onChange(asKind(offset, k, calendar))}
          />
          {kind === 'after' ? (
            <DurationInput
              label={t('ui.sop.when.after')}
              value={offset.after}
              negative={ahead}
              onChange={(after) => onChange(after ? { after } : {})}
            />
          ) : (
            <>
              <InputNumber
                controls={false}
                aria-label={t('ui.sop.when.number')}
                value={number}
                min={least}
                max={3650}
                precision={0}
                style={{ width: 84 }}
                status={status}
                onChange={(n) => n !== null && (n !== 0 || kind === 'day') && setNumber(n)}
              />
              <ClockInput
                label={t('ui.sop.when.time')}
                value={offset.at ?? ''}
                status={status}
                placeholder={dated ? '10:00' : '--:--'}
                onChange={(at) => onChange(at ? { ...offset, at } : withoutTime(offset))}
              />
            </>
          )}
        </Space>
      )}
    </Field>
  )
}

function withoutTime({ at: _, ...rest }: Offset): Offset {
  return rest
}
