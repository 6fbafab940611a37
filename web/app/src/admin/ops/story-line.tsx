import type { Schema } from '../../shared/api'
import { formatInstant, t, word } from '../../shared/i18n'
import { Chain } from './chain'
import { Go } from './go'
import './story.css'

type Story = Schema<'Story'>
type Element = Story['story'][number]

/** The steps of a story along a line, the first at the top, with what led to each behind a click. */
export function StoryLine({ story }: { story: Story }) {
  return (
    <ol className="story panel">
      <li className="begin">
        <span className="story-day">{t('ui.story.begin')}</span>
        <div>
          <time dateTime={story.enrolled_at}>{formatInstant(story.enrolled_at)}</time>
          <p>{story.entered.text}</p>
        </div>
      </li>
      {story.story.map((e) => (
        <Line key={e.step_key} element={e} />
      ))}
      {story.ended_at && (
        <li className="end">
          <span className="story-day">{t('ui.story.end')}</span>
          <div>
            <time dateTime={story.ended_at}>{formatInstant(story.ended_at)}</time>
            <p>{[word('enrollment', story.state), story.reason_text].filter(Boolean).join(' · ')}</p>
          </div>
        </li>
      )}
    </ol>
  )
}

function Line({ element: e }: { element: Element }) {
  return (
    <li className={e.fate ?? (e.due_at ? 'ahead' : 'never')}>
      <span className="story-day">{e.due_at ? t('ui.story.day', { d: e.day }) : ''}</span>
      <div>
        <h2>
          <span translate="no">{e.name || e.step_key}</span> <span className="soft">{word('channel', e.channel)}</span>
        </h2>
        <p>
          {e.due_at && e.fate && <time dateTime={e.due_at}>{formatInstant(e.due_at)}</time>}
          {e.text} {e.touch_id !== null && <Go to={`/touches/${e.touch_id}`}>{t('ui.story.why')}</Go>}
        </p>
        {e.chain.length > 0 && (
          <details>
            <summary>{t('ui.touch.why')}</summary>
            <Chain links={e.chain} />
          </details>
        )}
      </div>
    </li>
  )
}
