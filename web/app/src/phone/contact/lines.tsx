import type { Schema } from '../../shared/api'
import { formatAgo, t, word } from '../../shared/i18n'

type Line = Schema<'ContactLine'>

function words(line: Line): string {
  if (line.touch) return line.kind === 'rep_prompt' && line.detail ? word('reason', line.detail) : word('channel', line.kind)
  return line.detail && line.kind === 'need_answered' ? t('m.line.need', { what: t(`m.need.${line.detail}`) }) : word('activity', line.kind)
}

/** What was between us and the customer, the newest first. */
export function Lines({ contact, now }: { contact: Schema<'MyContact'>; now: Date }) {
  return (
    <section aria-labelledby="lines">
      <h2 id="lines">{t('m.lines')}</h2>
      {contact.lines.length === 0 && <p className="soft">{t('m.lines.nothing')}</p>}
      <ol className="lines">
        {contact.lines.map((line) => (
          <li key={`${line.at}${line.kind}${line.title}`} className={line.touch ? `line ${line.side}` : 'line theirs'}>
            <span>
              {words(line)}
              {line.title && (
                <span className="soft" translate="no">
                  {' '}
                  {line.title}
                </span>
              )}
              {line.response && <em className="good"> {t('m.line.answered')}</em>}
            </span>
            <time className="soft" dateTime={line.at}>
              {formatAgo(line.at, now)}
            </time>
          </li>
        ))}
      </ol>
    </section>
  )
}
