import { type FormEvent, useState } from 'react'
import { t } from '../shared/i18n'
import { usePlay } from './data'
import { demo } from './demo'
import { Problem } from './problem'

interface ComposerProps {
  from: 'customer' | 'member'
  userid: string
  customer: string
  disabled?: boolean
}

/** The line at the foot of a chat where its owner writes. */
export function Composer({ from, userid, customer, disabled }: ComposerProps) {
  const [text, setText] = useState('')
  const say = usePlay((words: string) => demo.say(from, userid, customer, words))
  function send(e: FormEvent): void {
    e.preventDefault()
    const words = text.trim()
    if (words) say.mutate(words, { onSuccess: () => setText('') })
  }
  return (
    <form className="composer" onSubmit={send}>
      <input
        value={text}
        onChange={(e) => setText(e.target.value)}
        maxLength={500}
        disabled={disabled}
        aria-label={t('sim.say')}
        placeholder={t('sim.say')}
      />
      <button type="submit" className="send" disabled={disabled || !text.trim() || say.isPending}>
        {t('sim.send')}
      </button>
      <Problem error={say.error} />
    </form>
  )
}
