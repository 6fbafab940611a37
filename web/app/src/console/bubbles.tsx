import type { Schema } from '../shared/api'
import { formatInstant, t } from '../shared/i18n'
import { ChatAttachment } from '../shared/preview/attachment'
import { Portrait } from '../shared/preview/picture'
import { Words } from '../shared/preview/words'
import '../shared/preview/preview.css'
import { useNewest } from './newest'
import type { Chat, Line, RawAttachment } from './types'

/** A part of a message in the product's words; nothing for what a chat cannot show. */
export function partOf(raw: RawAttachment): Schema<'Attachment'> | undefined {
  switch (raw.msgtype) {
    case 'link':
      return {
        type: 'link',
        link: { title: raw.link?.title ?? '', url: raw.link?.url ?? '', desc: raw.link?.desc, pic_url: raw.link?.picurl },
      }
    case 'image':
      return { type: 'image', image: { pic_url: raw.image?.pic_url } }
    case 'video':
    case 'file':
      return { type: raw.msgtype }
    case 'miniprogram':
      return { type: 'miniprogram', miniprogram: { title: raw.miniprogram?.title ?? '', app_id: '', page: '', pic_media_id: 0 } }
  }
  return undefined
}

/** The parts beside a text, each as a message of its own. */
export function Parts({ parts }: { parts: RawAttachment[] }) {
  let place = 0
  return parts.map((raw) => {
    const part = partOf(raw)
    return part && <ChatAttachment key={`${raw.msgtype}${place++}`} part={part} />
  })
}

/** How a line came to be, where that is not plain: by the product. */
function originOf(line: Line): string {
  if (line.via === 'jssdk') return t('sim.via.sidebar')
  return line.kind === 'chat' ? '' : t(`sim.kind.${line.kind}`)
}

/** The lines of a chat, as one of both sees them. */
export function Bubbles({ chat, mine }: { chat: Chat; mine: 'member' | 'customer' }) {
  const end = useNewest(chat.lines.at(-1)?.seq)
  return (
    <ol className="bubbles wx" tabIndex={0} aria-label={t('sim.chat')}>
      {chat.lines.map((line, i) => (
        <li key={line.seq} className={line.from === mine ? 'wx-mine' : undefined}>
          <small className="stamp">
            {longAfter(chat.lines[i - 1], line) && <time dateTime={line.at}>{formatInstant(line.at)}</time>}
            {originOf(line)}
          </small>
          <div translate="no">
            {line.text && (
              <div className="wx-row">
                <Portrait name={line.from === 'member' ? chat.member : chat.name} />
                <p className="wx-bubble">
                  <Words text={line.text} names={{ name: chat.name, rep: chat.member }} />
                </p>
              </div>
            )}
            {line.attachments.length > 0 && (
              <div className="wx-row">
                <Portrait name={line.from === 'member' ? chat.member : chat.name} />
                <div className="parts">
                  <Parts parts={line.attachments} />
                </div>
              </div>
            )}
          </div>
        </li>
      ))}
      {chat.lost && <li className="notice">{t('sim.lost')}</li>}
      {chat.lines.length === 0 && !chat.lost && <li className="notice">{t('sim.chat.empty')}</li>}
      <li ref={end} aria-hidden />
    </ol>
  )
}

const minutes = 5 * 60_000
const longAfter = (before: Line | undefined, line: Line) => !before || Date.parse(line.at) - Date.parse(before.at) > minutes
