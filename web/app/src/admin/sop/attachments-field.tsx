import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Dropdown, Input } from 'antd'
import { t, word } from '../../shared/i18n'
import { Field } from './field'
import { MediaPicker } from './media-picker'
import type { Attachment } from './model'

type Kind = Attachment['type']

const kinds: Kind[] = ['image', 'link', 'miniprogram', 'video', 'file']
const most = 9

/** An attachment of that kind with nothing in it yet. */
function blank(type: Kind): Attachment {
  switch (type) {
    case 'image':
      return { type, image: {} }
    case 'link':
      return { type, link: { title: '', url: '' } }
    case 'miniprogram':
      return { type, miniprogram: { app_id: '', page: '', title: '', pic_media_id: 0 } }
    case 'video':
      return { type, video: { media_id: 0 } }
    case 'file':
      return { type, file: { media_id: 0 } }
  }
}

/** What a moment takes beside its text: nine pictures, or one video, or one link. */
function allowed(channel: string, attachments: readonly Attachment[]): Kind[] {
  if (attachments.length >= most) return []
  if (channel !== 'moment') return kinds
  const first = attachments[0]?.type
  if (!first) return ['image', 'link', 'video']
  return first === 'image' ? ['image'] : []
}

interface AttachmentsProps {
  channel: string
  attachments: Attachment[]
  onChange: (attachments: Attachment[], name?: string) => void
}

/** The pictures, cards and files that go with a text. */
export function AttachmentsField({ channel, attachments, onChange }: AttachmentsProps) {
  const addable = allowed(channel, attachments)
  const set = (at: number, next: Attachment, name?: string) =>
    onChange(
      attachments.map((a, i) => (i === at ? next : a)),
      name,
    )
  let place = 0
  return (
    <div className="attachments">
      {attachments.map((part, at) => (
        <section key={`${part.type}${place++}`} className="attachment" aria-label={word('attachment', part.type)}>
          <header>
            <b>{word('attachment', part.type)}</b>
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined aria-hidden />}
              aria-label={t('ui.sop.attachment.remove')}
              onClick={() => onChange(attachments.filter((_, i) => i !== at))}
            />
          </header>
          <AttachmentFields part={part} moment={channel === 'moment'} onChange={(next, name) => set(at, next, name && `${name}${at}`)} />
        </section>
      ))}
      {addable.length > 0 && (
        <Dropdown
          trigger={['click']}
          menu={{
            items: addable.map((k) => ({ key: k, label: word('attachment', k) })),
            onClick: ({ key }) => onChange([...attachments, blank(key as Kind)]),
          }}
        >
          <Button size="small" icon={<PlusOutlined aria-hidden />}>
            {t('ui.sop.attachment.add')}
          </Button>
        </Dropdown>
      )}
    </div>
  )
}

interface PartProps {
  part: Attachment
  moment: boolean
  onChange: (part: Attachment, name?: string) => void
}

function AttachmentFields({ part, moment, onChange }: PartProps) {
  switch (part.type) {
    case 'image':
      return (
        <MediaPicker
          kind="image"
          id={part.image?.media_id}
          onPick={(id) => onChange({ type: 'image', image: id ? { media_id: id } : {} })}
        />
      )
    case 'video':
      return (
        <MediaPicker kind="video" id={part.video?.media_id} onPick={(id) => onChange({ type: 'video', video: { media_id: id ?? 0 } })} />
      )
    case 'file':
      return <MediaPicker kind="file" id={part.file?.media_id} onPick={(id) => onChange({ type: 'file', file: { media_id: id ?? 0 } })} />
    case 'link': {
      const link = part.link ?? { title: '', url: '' }
      const set = (change: Partial<typeof link>) =>
        onChange({ type: 'link', link: { ...link, ...change } }, `link.${Object.keys(change)[0]}`)
      return (
        <>
          <Line label={t('ui.sop.link.url')} value={link.url} onChange={(url) => set({ url })} placeholder="https://" />
          <Line label={t('ui.sop.link.title')} value={link.title} onChange={(title) => set({ title })} />
          {!moment && <Line label={t('ui.sop.link.desc')} value={link.desc ?? ''} onChange={(desc) => set({ desc: desc || undefined })} />}
          {moment ? (
            <MediaPicker kind="image" id={link.media_id} onPick={(id) => set({ media_id: id })} />
          ) : (
            <Line
              label={t('ui.sop.link.cover')}
              value={link.pic_url ?? ''}
              onChange={(url) => set({ pic_url: url || undefined })}
              placeholder="https://"
            />
          )}
        </>
      )
    }
    case 'miniprogram': {
      const mini = part.miniprogram ?? { app_id: '', page: '', title: '', pic_media_id: 0 }
      const set = (change: Partial<typeof mini>) =>
        onChange({ type: 'miniprogram', miniprogram: { ...mini, ...change } }, `mini.${Object.keys(change)[0]}`)
      return (
        <>
          <Line label={t('ui.sop.mini.title')} value={mini.title} onChange={(title) => set({ title })} />
          <Line label={t('ui.sop.mini.app')} value={mini.app_id} onChange={(app_id) => set({ app_id })} placeholder="wx…" />
          <Line label={t('ui.sop.mini.page')} value={mini.page} onChange={(page) => set({ page })} placeholder="pages/index" />
          <MediaPicker kind="image" id={mini.pic_media_id || undefined} onPick={(id) => set({ pic_media_id: id ?? 0 })} />
        </>
      )
    }
  }
}

interface LineProps {
  label: string
  value: string
  placeholder?: string
  onChange: (value: string) => void
}

function Line({ label, value, placeholder, onChange }: LineProps) {
  return (
    <Field label={label}>
      {({ id }) => <Input id={id} value={value} placeholder={placeholder} translate="no" onChange={(e) => onChange(e.target.value)} />}
    </Field>
  )
}
