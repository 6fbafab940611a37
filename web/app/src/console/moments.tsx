import { formatInstant, t } from '../shared/i18n'
import { Portrait } from '../shared/preview/picture'
import { Parts } from './bubbles'
import { usePlay } from './data'
import { demo } from './demo'
import { Icon } from './icon'
import { ScreenHead } from './phone'
import { Problem } from './problem'
import type { Line } from './types'

/** The moments that a customer was shown, newest first; they can be liked. */
export function Moments({ customer, lines, names }: { customer: string; lines: Line[]; names: Record<string, string> }) {
  const like = usePlay((line: Line) => demo.like(line.msgid ?? '', line.userid, customer))
  return (
    <>
      <ScreenHead title={t('sim.tab.moments')} />
      <ul className="moments wx">
        {lines.toReversed().map((line) => (
          <li key={line.seq} className="wx-row" translate="no">
            <Portrait name={names[line.userid] ?? line.userid} />
            <div className="moment">
              <strong className="wx-name">{names[line.userid] ?? line.userid}</strong>
              <p>{line.text}</p>
              <Parts parts={line.attachments} />
              <footer translate="yes">
                <time dateTime={line.at}>{formatInstant(line.at)}</time>
                <button
                  type="button"
                  className="quiet"
                  aria-pressed={line.liked ?? false}
                  disabled={line.liked || like.isPending}
                  onClick={() => like.mutate(line)}
                >
                  <Icon name="heart" />
                  {t(line.liked ? 'sim.liked' : 'sim.like')}
                </button>
              </footer>
            </div>
          </li>
        ))}
        {lines.length === 0 && <li className="notice">{t('sim.moments.empty')}</li>}
      </ul>
      <Problem error={like.error} />
    </>
  )
}
