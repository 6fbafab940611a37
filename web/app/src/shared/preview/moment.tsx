import type { Schema } from '../api'
import { t } from '../i18n'
import { momentColumns, type Names } from './fill'
import { type MediaLookup, mediaByID } from './media'
import { Picture, Portrait } from './picture'
import './preview.css'
import { Words } from './words'

/** A content as a moment of the rep's: up to nine pictures, or one video, or one link. */
export function MomentPreview({ content, names, media = mediaByID }: { content: Schema<'Content'>; names: Names; media?: MediaLookup }) {
  const parts = content.attachments ?? []
  const pictures = parts.filter((p) => p.type === 'image')
  const link = parts.find((p) => p.type === 'link')?.link
  const columns = momentColumns(pictures.length)
  let place = 0
  return (
    <div className="wx wx-moment" translate="no">
      <Portrait name={names.rep} />
      <div className="wx-moment-body">
        <strong className="wx-name">{names.rep}</strong>
        {(content.text || parts.length === 0) && (
          <p className={content.text ? undefined : 'wx-empty'}>
            {content.text ? <Words text={content.text} names={names} /> : t('preview.empty')}
          </p>
        )}
        {pictures.length > 0 && (
          <div className={`wx-grid wx-grid-${columns}`}>
            {pictures.map((p) => (
              <Picture
                key={`${p.image?.media_id}-${place++}`}
                className="wx-tile"
                url={p.image?.media_id ? media(p.image.media_id).url : p.image?.pic_url}
              />
            ))}
          </div>
        )}
        {parts.some((p) => p.type === 'video') && (
          <span className="wx-image wx-video" role="img" aria-label={t('preview.video')}>
            <span className="wx-play" aria-hidden />
          </span>
        )}
        {link && (
          <span className="wx-moment-link">
            <Picture className="wx-thumb" url={link.media_id ? media(link.media_id).url : link.pic_url} />
            <span>{link.title || t('preview.link')}</span>
          </span>
        )}
        <small>{t('preview.now')}</small>
      </div>
    </div>
  )
}
