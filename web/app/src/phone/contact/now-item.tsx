import { useState } from 'react'
import { t } from '../../shared/i18n'
import { problemWords } from '../../shared/problem'
import { answer } from '../act'
import { remember, tell } from '../outbox'
import type { Item as DayItem } from '../queue'
import { scriptOf } from '../script'
import { insideWeCom, sendText, WeComError } from '../wecom'

type Sending = 'idle' | 'busy' | 'sent' | 'copied'

/** What an item asks for; of a prompt also what to write, ready to be sent with one tap. */
export function Item({ item, able }: { item: DayItem; able: boolean }) {
  const isPrompt = item.kind === 'prompt'
  const [text, setText] = useState(() => (isPrompt ? scriptOf(item.text) : ''))
  const [sending, setSending] = useState<Sending>('idle')
  const [fault, setFault] = useState('')
  const words = isPrompt || item.kind === 'action' ? item.text : item.text || t(`m.text.${item.kind}`)
  if (!isPrompt || !able)
    return words ? (
      <p className="card-text" translate="no">
        {words}
      </p>
    ) : null

  const send = async () => {
    setSending('busy')
    setFault('')
    try {
      await sendText(text.trim())
      remember(localStorage, item.id)
      setSending('sent')
      await tell(localStorage, (ids) => answer(ids, 'sent'))
    } catch (error) {
      setSending('idle')
      if (error instanceof WeComError) setFault(error.cancelled ? '' : t('m.say.failed', { why: error.message }))
      else setFault(problemWords(error, t, 'm').title)
    }
  }
  const copy = async () => {
    await navigator.clipboard.writeText(text.trim())
    setSending('copied')
  }
  return (
    <>
      <p className="card-text" translate="no">
        {words}
      </p>
      <label className="field">
        <span className="soft">{t('m.say')}</span>
        <textarea
          rows={text.length > 40 ? 4 : 2}
          maxLength={4000}
          value={text}
          placeholder={t('m.say.placeholder')}
          onChange={(e) => setText(e.target.value)}
        />
      </label>
      {fault && (
        <p className="warn" role="alert">
          {fault}
        </p>
      )}
      {insideWeCom() ? (
        <button
          type="button"
          className="button primary wide"
          disabled={sending === 'busy' || sending === 'sent' || !text.trim()}
          onClick={() => void send()}
        >
          {t(sending === 'sent' ? 'm.say.sent' : sending === 'busy' ? 'm.say.busy' : 'm.say.send')}
        </button>
      ) : (
        <button type="button" className="button wide" disabled={!text.trim()} onClick={() => void copy()}>
          {t(sending === 'copied' ? 'm.say.copied' : 'm.say.copy')}
        </button>
      )}
    </>
  )
}
