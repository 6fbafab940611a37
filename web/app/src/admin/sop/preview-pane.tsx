import { useMemo } from 'react'
import { t } from '../../shared/i18n'
import { ChatPreview } from '../../shared/preview/chat'
import { type MediaLookup, mediaURL } from '../../shared/preview/media'
import { MomentPreview } from '../../shared/preview/moment'
import { PromptPreview } from '../../shared/preview/prompt'
import { useMedia } from './media-picker'
import type { Content } from './model'

interface PaneProps {
  channel: string
  name: string
  content: Content
}

/** What the customer, or the rep, will see. */
export function PreviewPane({ channel, name, content }: PaneProps) {
  const files = useMedia('file').data
  const names = { name: t('ui.sop.sample.name'), rep: t('ui.sop.sample.rep') }
  const media = useMemo<MediaLookup>(() => {
    const known = new Map(files?.map((f) => [f.id, f]))
    return (id) => ({ url: mediaURL(id), name: known.get(id)?.name, size: known.get(id)?.size })
  }, [files])
  return (
    <section className="preview-pane" aria-label={t('ui.sop.preview')}>
      <h3>{t(channel === 'rep_prompt' ? 'ui.sop.preview.rep' : 'ui.sop.preview.customer')}</h3>
      {channel === 'moment' && <MomentPreview content={content} names={names} media={media} />}
      {channel === 'rep_prompt' && <PromptPreview title={name} content={content} names={names} />}
      {channel !== 'moment' && channel !== 'rep_prompt' && <ChatPreview content={content} names={names} media={media} />}
    </section>
  )
}
