import type { Schema } from '../api'
import { t } from '../i18n'
import { ChatAttachment } from './attachment'
import type { Names } from './fill'
import type { MediaLookup } from './media'
import { Portrait } from './picture'
import './preview.css'
import { Words } from './words'

interface ChatProps {
  content: Schema<'Content'>
  names: Names
  /** Seen on the sender's phone: green, at the right. */
  mine?: boolean
  media?: MediaLookup
}

/** A content as a WeChat chat shows it: the text, then each part as a message of its own. */
export function ChatPreview({ content, names, mine = false, media }: ChatProps) {
  const parts = content.attachments ?? []
  const empty = !content.text && parts.length === 0
  let place = 0
  return (
    <div className={mine ? 'wx wx-chat wx-mine' : 'wx wx-chat'} translate="no">
      {(content.text || empty) && (
        <div className="wx-row">
          <Portrait name={names.rep} />
          <p className={empty ? 'wx-bubble wx-empty' : 'wx-bubble'}>
            {empty ? t('preview.empty') : <Words text={content.text ?? ''} names={names} />}
          </p>
        </div>
      )}
      {parts.map((part) => (
        <div className="wx-row" key={`${part.type}${place++}`}>
          <Portrait name={names.rep} />
          <ChatAttachment part={part} media={media} />
        </div>
      ))}
    </div>
  )
}
