import { Button, Input, type InputRef, Space } from 'antd'
import type { TextAreaRef } from 'antd/es/input/TextArea'
import { useRef } from 'react'
import { t } from '../../shared/i18n'
import { bytesOf } from '../../shared/preview/fill'
import { AttachmentsField } from './attachments-field'
import { Field } from './field'
import type { Content } from './model'

const mostBytes = 4000
const mostMomentChars = 2000

interface ContentProps {
  content: Content
  channel: string
  fault?: string
  autoFocus: boolean
  onChange: (content: Content, name?: string) => void
}

/** What a step says: the text with its fields, and what comes with it. */
export function ContentField({ content, channel, fault, autoFocus, onChange }: ContentProps) {
  const area = useRef<TextAreaRef>(null)
  const text = content.text ?? ''
  const moment = channel === 'moment'
  const [size, most] = moment ? [[...text].length, mostMomentChars] : [bytesOf(text), mostBytes]
  const insert = (field: string) => {
    const box = (area.current as (TextAreaRef & Pick<InputRef, 'focus'>) | null)?.resizableTextArea?.textArea
    const [from, to] = [box?.selectionStart ?? text.length, box?.selectionEnd ?? text.length]
    onChange({ ...content, text: text.slice(0, from) + field + text.slice(to) })
    requestAnimationFrame(() => {
      box?.focus()
      box?.setSelectionRange(from + field.length, from + field.length)
    })
  }
  const over = size > most ? t(moment ? 'ui.sop.text.chars-over' : 'ui.sop.text.bytes-over', { n: size - most }) : undefined
  return (
    <>
      <Field
        label={t(channel === 'rep_prompt' ? 'ui.sop.text.prompt' : 'ui.sop.text')}
        fault={over ?? fault}
        hint={t(moment ? 'ui.sop.text.chars' : 'ui.sop.text.bytes', { n: size, most })}
      >
        {(control) => (
          <Input.TextArea
            {...control}
            ref={area}
            value={text}
            autoFocus={autoFocus}
            autoSize={{ minRows: 4, maxRows: 14 }}
            translate="no"
            onChange={(e) => onChange({ ...content, text: e.target.value }, 'text')}
          />
        )}
      </Field>
      {!moment && (
        <Space size={6} wrap className="field-tools">
          <Button size="small" onClick={() => insert(t('ui.sop.text.field.name'))}>
            {t('ui.sop.text.insert.name')}
          </Button>
          <Button size="small" onClick={() => insert('{rep}')}>
            {t('ui.sop.text.insert.rep')}
          </Button>
        </Space>
      )}
      {channel !== 'rep_prompt' && (
        <AttachmentsField
          channel={channel}
          attachments={content.attachments ?? []}
          onChange={(attachments, name) => onChange({ ...content, attachments: attachments.length > 0 ? attachments : undefined }, name)}
        />
      )}
    </>
  )
}
