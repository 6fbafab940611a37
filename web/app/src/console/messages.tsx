import { useState } from 'react'
import { formatInstant, t } from '../shared/i18n'
import { usePlay } from './data'
import { demo } from './demo'
import { useNewest } from './newest'
import { ScreenHead } from './phone'
import { Problem } from './problem'
import type { AppMessage, Card, RawAttachment } from './types'

/** What the product's app has sent to a rep: cards with working buttons. */
export function Messages({ userid, messages, back }: { userid: string; messages: AppMessage[]; back: () => void }) {
  const end = useNewest(messages.at(-1)?.seq)
  return (
    <>
      <ScreenHead title={t('sim.app')} back={back} />
      <ol className="bubbles wx" tabIndex={0} aria-label={t('sim.app')}>
        {messages.map((m) => (
          <li key={m.seq}>
            <small className="stamp">
              <time dateTime={m.at}>{formatInstant(m.at)}</time>
            </small>
            <Message userid={userid} message={m} />
          </li>
        ))}
        {messages.length === 0 && <li className="notice">{t('sim.app.none')}</li>}
        <li ref={end} aria-hidden />
      </ol>
    </>
  )
}

function Message({ userid, message }: { userid: string; message: AppMessage }) {
  const shown: RawAttachment | undefined = message.attachments[0]
  if (message.recalled) return <p className="notice">{t('sim.recalled')}</p>
  if (shown?.template_card) return <TemplateCard userid={userid} card={shown.template_card} message={message} />
  return (
    <div className="wx-prompt-card" translate="no">
      {message.text.split('\n').map((line, i) => (i === 0 ? <strong key={line}>{line}</strong> : <p key={line}>{line}</p>))}
      {shown?.textcard?.url && (
        <a className="cardlink" href={shown.textcard.url} target="_blank" rel="noreferrer">
          {shown.textcard.btntxt || t('sim.open')}
        </a>
      )}
    </div>
  )
}

function TemplateCard({ userid, card, message }: { userid: string; card: Card; message: AppMessage }) {
  const choice = card.button_selection
  const [option, setOption] = useState(choice?.selected_id ?? choice?.option_list[0]?.id ?? '')
  const press = usePlay((key: string) => demo.press(userid, card.task_id, key, choice ? option : ''))
  const answered = message.replaced || card.replace_text
  return (
    <article className="wx-prompt-card" translate="no">
      {card.source?.desc && <small>{card.source.desc}</small>}
      <strong>{card.main_title?.title}</strong>
      {card.main_title?.desc && <p className="cardwho">{card.main_title.desc}</p>}
      {card.quote_area?.quote_text && (
        <p className="wx-quote">
          {card.quote_area.title} {card.quote_area.quote_text}
        </p>
      )}
      {card.sub_title_text && <p>{card.sub_title_text}</p>}
      {message.open && choice && (
        <label className="choice">
          <span translate="yes" className="sr">
            {t('sim.choose')}
          </span>
          <select value={option} onChange={(e) => setOption(e.target.value)}>
            {choice.option_list.map((o) => (
              <option key={o.id} value={o.id}>
                {o.text}
              </option>
            ))}
          </select>
        </label>
      )}
      {message.open ? (
        <div className="cardbuttons">
          {card.button_list?.map((b) => (
            <button
              key={b.key}
              type="button"
              className={`style-${b.style ?? 1}`}
              disabled={press.isPending}
              onClick={() => press.mutate(b.key)}
            >
              {b.text}
            </button>
          ))}
        </div>
      ) : (
        (answered || card.button_list) && <p className="answered">{answered || <span translate="yes">{t('sim.answered')}</span>}</p>
      )}
      <Problem error={press.error} />
    </article>
  )
}
