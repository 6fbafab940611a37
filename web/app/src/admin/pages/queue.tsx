import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Tag } from 'antd'
import { api, must } from '../../shared/api'
import { formatNumber, t, word } from '../../shared/i18n'
import { Go } from '../ops/go'
import { QueueCallbacks } from '../ops/queue-callbacks'
import { QueueDispatches } from '../ops/queue-dispatches'
import { QueueRows } from '../ops/queue-rows'
import { type QueueState, queueStates, type StopPart, stopParts } from '../ops/queue-states'
import { among, whole } from '../ops/search'
import { useSop } from '../ops/sops'
import { backlogOf, type Day, useDay, useInboxLag } from '../ops/today-data'
import { Page } from '../page'
import { Ask } from '../states'

const nameOf = (state: QueueState): string =>
  state === 'failed' || state === 'callbacks' ? t(`ui.queue.state.${state}`) : word('backlog', state)

/** What is on its way out, by where it stands, and what a person has to settle. */
export function Queue() {
  const search: Record<string, unknown> = useSearch({ strict: false })
  const navigate = useNavigate()
  const day = useDay()
  const inbox = useInboxLag()
  const failed = useQuery({ queryKey: ['dispatches', 'failed', 'count'], queryFn: countFailed })
  const rep = whole(search.rep)
  const stop = among(search.stop, stopParts)
  const sop = whole(search.sop)
  return (
    <Page narrowed title={t('ui.nav.queue')} lede={t('ui.queue.lede')}>
      <Ask query={day}>
        {(data) => {
          const state = among(search.state, queueStates) ?? firstBusy(data)
          return (
            <>
              <nav className="queue-states" aria-label={t('ui.queue.states')}>
                {queueStates.map((s) => {
                  const count = countOf(data, s, inbox.data?.counts.dead, failed.data)
                  return (
                    <Go
                      key={s}
                      to="/queue"
                      search={{ state: s }}
                      className={s === state && !stop ? 'on' : count === '0' ? 'none' : undefined}
                    >
                      {nameOf(s)} <b>{count}</b>
                    </Go>
                  )
                })}
              </nav>
              {rep !== undefined && (
                <div className="filters">
                  <Tag
                    closable={{ 'aria-label': t('ui.touches.clear') }}
                    onClose={() => void navigate({ to: '.', search: { state } as never })}
                  >
                    {rep === 0 ? t('ui.today.reps.several') : t('ui.touches.rep', { id: String(rep) })}
                  </Tag>
                </div>
              )}
              {stop ? (
                <>
                  <div className="filters">
                    <Tag
                      closable={{ 'aria-label': t('ui.touches.clear') }}
                      onClose={() => void navigate({ to: '.', search: { state } as never })}
                    >
                      <Stopped part={stop} sop={sop} />
                    </Tag>
                  </div>
                  <QueueDispatches state={stop} sop={sop} now={new Date(data.at)} />
                </>
              ) : (
                <List state={state} rep={rep} now={new Date(data.at)} />
              )}
            </>
          )
        }}
      </Ask>
    </Page>
  )
}

/** Which part of which kill switch's calls these are. */
function Stopped({ part, sop }: { part: StopPart; sop?: number }) {
  return (
    <>
      {sop === undefined ? t('ui.stop.all') : <SopName id={sop} />} · {t(`ui.stop.${part}`)}
    </>
  )
}

function SopName({ id }: { id: number }) {
  return <span translate="no">{useSop(id).data?.name}</span>
}

function List({ state, rep, now }: { state: QueueState; rep?: number; now: Date }) {
  switch (state) {
    case 'callbacks':
      return <QueueCallbacks />
    case 'failed':
      return <QueueDispatches state="failed" now={now} />
    case 'stuck':
      return <QueueDispatches state="stuck" now={now} />
  }
  return <QueueRows state={state} rep={rep} now={now} />
}

type Failed = { count: number; more: boolean }

/** How many calls have failed; beyond a page it is enough to know that there are more. */
async function countFailed(): Promise<Failed> {
  const page = await must(api.GET('/dispatches', { params: { query: { state: 'failed', limit: 100 } } }))
  return { count: page.items.length, more: Boolean(page.next_cursor) }
}

// Where somebody who comes without a link looks first: at what is wrong, else at what waits.
function firstBusy(day: Day): QueueState {
  return queueStates.find((s) => s !== 'failed' && s !== 'callbacks' && backlogOf(day, s).count > 0) ?? 'upcoming'
}

function countOf(day: Day, state: QueueState, dead: number | undefined, failed: Failed | undefined): string {
  if (state === 'failed')
    return failed === undefined ? '' : failed.more ? t('ui.more-than', { n: failed.count }) : formatNumber(failed.count)
  if (state === 'callbacks') return formatNumber(dead ?? 0)
  const b = backlogOf(day, state)
  return b.more ? t('ui.more-than', { n: b.count }) : formatNumber(b.count)
}
