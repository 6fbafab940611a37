import { useEffect, useState } from 'react'
import { t } from '../shared/i18n'
import { customerPhone, memberPhone, viewOf } from './board'
import { useKnown, usePhones } from './data'
import { Icon } from './icon'
import { useBoard } from './store'
import { useTour } from './tour-context'
import { advance, type Scene, type StepKey, steps } from './tour-steps'

const patience = 20_000

const targetOf = (key: StepKey) => document.querySelector<HTMLElement>(`[data-tour="${key}"]`)

/** The tour's card: what happens, what to click, and what came of the last click. */
export function TourPanel() {
  const tour = useTour()
  const at = tour.at ?? 0
  const step = steps[at]
  const clicked = useClicks(step?.key)
  const scene = useScene(clicked)
  const { reach } = tour
  const next = advance(at, scene)
  const [took, setTook] = useState(1)
  useEffect(() => {
    if (next === at) return
    setTook(Math.max(1, Math.round((Date.now() - tour.since) / 1000)))
    reach(next)
  }, [next, at, tour.since, reach])
  usePrepared(step?.key)
  const waiting = clicked && next === at
  const late = useLate(waiting, tour.since)
  const before = steps[at - 1]
  return (
    <section className="tour" aria-label={t('sim.tour')}>
      <progress
        max={steps.length}
        value={at}
        aria-label={t('sim.tour.progress', { n: Math.min(at + 1, steps.length), of: steps.length })}
      />
      <div className="says" aria-live="polite">
        {before && (
          <p className="came">
            <Icon name="check" />
            {t(`sim.tour.${before.key}.came`, { seconds: took, n: scene.ring })}
          </p>
        )}
        {step ? (
          <p className="ask">
            <b>{t('sim.tour.step', { n: at + 1, of: steps.length })}</b> {t(`sim.tour.${step.key}`)}
          </p>
        ) : (
          <p className="ask">{t('sim.tour.end')}</p>
        )}
        {waiting && (
          <p className="wait">
            <span className="spinner" aria-hidden />
            {t(late ? 'sim.tour.late' : `sim.tour.${step?.key}.wait`)}
          </p>
        )}
      </div>
      <div className="buttons">
        {step && (
          <button type="button" className="main" disabled={waiting && !late} onClick={() => targetOf(step.key)?.click()}>
            {t('sim.tour.click')}
          </button>
        )}
        {!step && scene.company && (
          <a className="button main" href="/">
            {t('sim.tour.app')}
          </a>
        )}
        <button type="button" onClick={tour.start}>
          {t('sim.tour.again')}
        </button>
        <button type="button" className="quiet" onClick={tour.end}>
          {t(step ? 'sim.tour.leave' : 'sim.tour.close')}
        </button>
      </div>
    </section>
  )
}

/** Whether the step's highlighted thing has been clicked; it is also what has the focus first. */
function useClicks(key: StepKey | undefined): boolean {
  const [clicked, setClicked] = useState<StepKey>()
  useEffect(() => {
    if (!key) return undefined
    document.body.dataset.step = key
    const hear = (e: MouseEvent) => {
      if (e.target instanceof Element && e.target.closest(`[data-tour="${key}"]`)) setClicked(key)
    }
    document.addEventListener('click', hear, true)
    const look = setInterval(() => {
      const target = targetOf(key)
      if (!target) return
      clearInterval(look)
      target.scrollIntoView({ block: 'nearest', inline: 'center' })
      target.focus({ preventScroll: true })
    }, 150)
    return () => {
      delete document.body.dataset.step
      document.removeEventListener('click', hear, true)
      clearInterval(look)
    }
  }, [key])
  return clicked !== undefined && clicked === key
}

function useLate(waiting: boolean, since: number): boolean {
  const [late, setLate] = useState(false)
  useEffect(() => {
    setLate(false)
    if (!waiting) return undefined
    const timer = setTimeout(() => setLate(true), Math.max(0, since + patience - Date.now()))
    return () => clearTimeout(timer)
  }, [waiting, since])
  return late
}

/** Brings the phones to where the step's thing can be clicked. */
function usePrepared(key: StepKey | undefined): void {
  const { act } = useBoard()
  const { who } = useTour()
  useEffect(() => {
    if (!who) return
    const rep = memberPhone(who.userid)
    const stage = { do: 'show', phones: [customerPhone(who.external_userid), rep] } as const
    switch (key) {
      case 'tag':
        act(stage)
        act({ do: 'view', phone: rep, view: { tab: 'chats', chat: who.external_userid, sidebar: false } })
        break
      case 'tasks':
        act(stage)
        act({ do: 'view', phone: rep, view: { tab: 'chats' } })
        break
      case 'confirm':
        act({ do: 'view', phone: rep, view: { tab: 'tasks' } })
        break
      case 'ring':
        act({ ...stage, known: who.external_userid })
        break
      case undefined:
      case 'scan':
      case 'known':
      case 'morning':
    }
  }, [key, who, act])
}

/** What the phones and the product say. */
function useScene(clicked: boolean): Scene {
  const { board } = useBoard()
  const { who } = useTour()
  const shown = usePhones().data
  const id = who?.external_userid ?? ''
  const contact = shown?.contacts[id]
  const { stay, person, touches, account } = useKnown(contact)
  const own = account.data?.people.find((p) => p.id === contact)
  return {
    who,
    customer: shown?.phones.customers.find((p) => p.external_userid === id),
    member: shown?.phones.members.find((p) => p.userid === who?.userid),
    cardOpen: board.known === id && id !== '',
    tab: who ? viewOf(board, memberPhone(who.userid)).tab : '',
    company: stay?.account_name ?? '',
    tags: person.data?.tags.filter((tag) => tag.removed_at === null).map((tag) => tag.name) ?? [],
    touches: touches.data?.items.length ?? 0,
    ring: account.data?.ring.total ?? 0,
    own: own ? own.marketing + own.sales : 0,
    clicked,
  }
}
