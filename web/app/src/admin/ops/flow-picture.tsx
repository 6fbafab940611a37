import { formatNumber, t, word } from '../../shared/i18n'
import { bandsOf, type Flow, type FlowNode, finishing, held, leaving, staying } from './flow'
import { Go, type Search } from './go'
import { offsetWords } from './offset'
import './flow.css'

interface FlowPictureProps {
  flow: Flow
  /** The rows of some people of the programme. */
  people: (search: Search) => { to: string; search: Search }
}

/** Where everybody is: a stream that narrows from step to step, with who stays, leaves and finishes at each. */
export function FlowPicture({ flow, people }: FlowPictureProps) {
  const bands = bandsOf(flow)
  return (
    <ol className="flow">
      {flow.nodes.map((n, i) => {
        const band = bands[i] ?? { width: 0, staying: 0, leaving: 0, finishing: 0, next: 0 }
        return (
          <li key={n.step_key || '-'} className={n.removed ? 'removed' : undefined}>
            <div className="flow-name">
              <span className="flow-when">{n.step_key === '' ? t('ui.flow.begin') : offsetWords(n.offset)}</span>
              {n.step_key !== '' && (
                <span className="flow-what">
                  <span translate="no">{n.name || n.step_key}</span>
                  <span className="soft"> {word('channel', n.channel)}</span>
                  {n.removed && <span className="soft"> · {t('ui.flow.removed')}</span>}
                </span>
              )}
            </div>
            <div className="flow-stream" aria-hidden>
              <div className="flow-bar" style={{ width: `${100 * band.width}%` }}>
                <i className="go" style={{ flexGrow: 1000 * band.next }} />
                <i className="done" style={{ flexGrow: 1000 * band.finishing }} />
                <i className="stay" style={{ flexGrow: 1000 * band.staying }} />
                <i className="left" style={{ flexGrow: 1000 * band.leaving }} />
              </div>
              <svg className="flow-narrowing" viewBox="0 0 100 10" preserveAspectRatio="none">
                <title>{n.name}</title>
                <polygon points={`0,0 ${100 * band.next},0 ${100 * band.next},10 0,10`} />
              </svg>
            </div>
            <Numbers node={n} people={people} />
          </li>
        )
      })}
    </ol>
  )
}

function Numbers({ node: n, people }: { node: FlowNode; people: FlowPictureProps['people'] }) {
  const at = n.step_key === '' ? '-' : n.step_key
  const stays = staying(n)
  const holds = held(n)
  const finish = finishing(n)
  return (
    <div className="flow-numbers">
      <Go {...people(n.step_key === '' ? {} : { reached: n.step_key })} className="flow-reached">
        <b>{formatNumber(n.reached)}</b> {n.step_key === '' ? t('ui.flow.entered') : t('ui.flow.reached')}
      </Go>
      {stays - holds > 0 && (
        <Go {...people({ at, state: 'active' })} className="stay">
          {t('ui.flow.staying', { n: stays - holds })}
        </Go>
      )}
      {holds > 0 && (
        <Go {...people({ at, state: 'parked' })} className="bad">
          {t('ui.flow.held', { n: holds })}
        </Go>
      )}
      {finish > 0 && (
        <Go {...people({ at, state: 'completed' })} className="done">
          {t('ui.flow.finished', { n: finish })}
        </Go>
      )}
      {leaving(n).map((h) => (
        <Go key={h.reason} {...people({ at, state: 'exited', reason: h.reason })} className="left">
          {t('ui.flow.left', { n: h.count, why: h.text })}
        </Go>
      ))}
    </div>
  )
}
