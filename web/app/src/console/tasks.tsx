import { useId, useState } from 'react'
import { formatInstant, t } from '../shared/i18n'
import { Parts } from './bubbles'
import { usePlay } from './data'
import { demo } from './demo'
import { ScreenHead } from './phone'
import { Problem } from './problem'
import { useTourCustomer } from './tour-context'
import type { Task } from './types'

/** What a rep is asked to send or publish, and what they did lately. */
export function Tasks({ userid, tasks }: { userid: string; tasks: Task[] }) {
  const pending = tasks.filter((task) => task.status === 'pending')
  const rest = tasks.filter((task) => task.status !== 'pending')
  return (
    <>
      <ScreenHead title={t('sim.tab.tasks')} note={t('sim.tasks.note', { n: pending.length })} />
      <ul className="tasks wx" tabIndex={0} aria-label={t('sim.tab.tasks')}>
        {pending.map((task) => (
          <li key={task.msgid}>
            <Pending userid={userid} task={task} />
          </li>
        ))}
        {pending.length === 0 && <li className="notice">{t('sim.tasks.none')}</li>}
        {rest.map((task) => (
          <li key={task.msgid} className="task done">
            <small>
              {t(`sim.task.${task.status}`)} · <time>{formatInstant(new Date(task.created * 1000).toISOString())}</time>
            </small>
            <p translate="no">{task.text}</p>
            <small>{t('sim.task.reached', { n: task.recipients.filter((r) => r.status === 1).length })}</small>
          </li>
        ))}
      </ul>
    </>
  )
}

function Pending({ userid, task }: { userid: string; task: Task }) {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const title = useId()
  const chosen = task.recipients.filter((r) => !left.has(r.id)).map((r) => r.id)
  const inTour = useTourCustomer()
  const answer = usePlay((action: 'send' | 'refuse') =>
    action === 'send' && left.size > 0
      ? demo.confirm(userid, task.msgid, task.kind, 'partial', chosen)
      : demo.confirm(userid, task.msgid, task.kind, action),
  )
  function toggle(id: string): void {
    const next = new Set(left)
    if (!next.delete(id)) next.add(id)
    setLeft(next)
  }
  return (
    <article className="task" aria-labelledby={title}>
      <small id={title}>
        {t(task.kind === 'moment' ? 'sim.task.moment' : 'sim.task.groupmsg', { n: task.recipients.length })}
        {task.reminded > 0 && <span className="late"> · {t('sim.task.reminded', { n: task.reminded })}</span>}
      </small>
      <div className="letter" translate="no">
        {task.text && <p>{task.text}</p>}
        <Parts parts={task.attachments} />
      </div>
      <details className="recipients">
        <summary>{t('sim.task.to', { n: chosen.length, all: task.recipients.length })}</summary>
        <ul>
          {task.recipients.map((r) => (
            <li key={r.id}>
              <label>
                <input type="checkbox" checked={!left.has(r.id)} onChange={() => toggle(r.id)} />
                <span translate="no">
                  {r.name} <small>{r.company}</small>
                </span>
              </label>
            </li>
          ))}
        </ul>
      </details>
      <div className="taskbuttons">
        <button
          type="button"
          className="main"
          disabled={answer.isPending || chosen.length === 0}
          data-tour={task.recipients.some((r) => r.id === inTour) ? 'confirm' : undefined}
          onClick={() => answer.mutate('send')}
        >
          {t(task.kind === 'moment' ? 'sim.task.publish' : 'sim.task.send')}
        </button>
        <button type="button" className="quiet" disabled={answer.isPending} onClick={() => answer.mutate('refuse')}>
          {t('sim.task.skip')}
        </button>
      </div>
      <Problem error={answer.error} />
    </article>
  )
}
