import type { Schema } from '../api'
import { t } from '../i18n'
import { sizeOf } from './fill'
import { type MediaLookup, mediaByID } from './media'
import { Picture } from './picture'

type Attachment = Schema<'Attachment'>

/** One part beside the text, as it stands in a chat. */
export function ChatAttachment({ part, media = mediaByID }: { part: Attachment; media?: MediaLookup }) {
  const kept = (id: number | undefined) => (id ? media(id) : undefined)
  switch (part.type) {
    case 'image':
      return <Picture className="wx-image" url={kept(part.image?.media_id)?.url ?? part.image?.pic_url} />
    case 'link':
      return (
        <span className="wx-card wx-link">
          <strong>{part.link?.title || t('preview.link')}</strong>
          <span className="wx-link-body">
            <span>{part.link?.desc || part.link?.url}</span>
            <Picture className="wx-thumb" url={kept(part.link?.media_id)?.url ?? part.link?.pic_url} />
          </span>
        </span>
      )
    case 'miniprogram':
      return (
        <span className="wx-card wx-mini">
          <strong>{part.miniprogram?.title || t('preview.miniprogram')}</strong>
          <Picture className="wx-mini-cover" url={kept(part.miniprogram?.pic_media_id)?.url} />
          <small>{t('preview.miniprogram')}</small>
        </span>
      )
    case 'video':
      return (
        <span className="wx-image wx-video" role="img" aria-label={t('preview.video')}>
          <span className="wx-play" aria-hidden />
        </span>
      )
    case 'file': {
      const file = kept(part.file?.media_id)
      return (
        <span className="wx-card wx-file">
          <span>
            <strong>{file?.name || t('preview.file')}</strong>
            {file?.size !== undefined && <small>{sizeOf(file.size)}</small>}
          </span>
          <span className="wx-file-icon" aria-hidden>
            {(file?.name?.split('.').at(-1) ?? '').slice(0, 4).toUpperCase()}
          </span>
        </span>
      )
    }
  }
}
