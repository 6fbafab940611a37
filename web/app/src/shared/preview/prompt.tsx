import type { Schema } from '../api'
import { t } from '../i18n'
import type { Names } from './fill'
import './preview.css'
import { Words } from './words'

/** What the rep is asked to do, as the card in WeCom. */
export function PromptPreview({ title, content, names }: { title: string; content: Schema<'Content'>; names: Names }) {
  return (
    <div className="wx wx-prompt" translate="no">
      <div className="wx-prompt-card">
        <small>{t('brand')}</small>
        <strong>{title || t('preview.todo')}</strong>
        <p className="wx-quote">{content.text ? <Words text={content.text} names={names} /> : t('preview.empty')}</p>
        <div className="wx-buttons" aria-hidden>
          <span>{t('preview.done')}</span>
          <span>{t('preview.snooze')}</span>
        </div>
      </div>
    </div>
  )
}
