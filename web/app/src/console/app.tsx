import { useEffect } from 'react'
import { lang, otherLang, switchLanguageHref, t } from '../shared/i18n'
import { customerPhone, idOf, isMember, memberPhone } from './board'
import { ClockBar } from './clock'
import { CustomerPhone } from './customer-phone'
import { useFaults, useLive, usePhones, usePlay } from './data'
import { demo } from './demo'
import { Faults } from './faults'
import { Icon } from './icon'
import { KnownCard } from './known'
import { LedgerPanel } from './ledger'
import { MemberPhone } from './member-phone'
import { Picker } from './picker'
import { Problem } from './problem'
import { useBoard } from './store'
import { TourPanel } from './tour'
import { useTour } from './tour-context'

/** The whole console: a bar, everybody's names, phones side by side, drawers. */
export function App() {
  const online = useLive()
  const { board } = useBoard()
  const tour = useTour()
  return (
    <div className="console">
      <a className="skip" href="#stage">
        {t('sim.skip')}
      </a>
      <Bar />
      {!online && (
        <p className="offline" role="status">
          {t('sim.offline')}
        </p>
      )}
      <div className="floor">
        <Picker />
        <Stage />
        {board.drawer === 'faults' && <Faults />}
        {board.drawer === 'ledger' && <LedgerPanel />}
      </div>
      {tour.at !== undefined && <TourPanel />}
    </div>
  )
}

function Bar() {
  const { board, act } = useBoard()
  const tour = useTour()
  const broken = useFaults().data?.faults.filter((f) => f.on).length ?? 0
  return (
    <header className="bar">
      <a className="brand" href="/" title={t('sim.to_app')}>
        <img src="/icon.svg" alt="" />
        <span>{t('brand')}</span>
      </a>
      <h1>{t('sim.title')}</h1>
      <ClockBar />
      <div className="actions">
        <Scan />
        <button type="button" aria-pressed={board.drawer === 'faults'} onClick={() => act({ do: 'drawer', drawer: 'faults' })}>
          <Icon name="fault" />
          {t('sim.faults')}
          {broken > 0 && <span className="dot inline">{broken}</span>}
        </button>
        <button type="button" aria-pressed={board.drawer === 'ledger'} onClick={() => act({ do: 'drawer', drawer: 'ledger' })}>
          <Icon name="ledger" />
          {t('sim.ledger')}
        </button>
        <button type="button" onClick={tour.start}>
          <Icon name="tour" />
          {t('sim.tour')}
        </button>
        <a className="button quiet" href={switchLanguageHref()} lang={otherLang} hrefLang={otherLang}>
          {lang === 'zh' ? 'English' : '中文'}
        </a>
      </div>
    </header>
  )
}

/** A new customer scans a rep's code; both phones come forward. */
function Scan() {
  const { act } = useBoard()
  const tour = useTour()
  const touring = tour.at !== undefined
  const scan = usePlay(() => demo.follow('', touring))
  return (
    <>
      <button
        type="button"
        className="main"
        data-tour="scan"
        disabled={scan.isPending}
        onClick={() =>
          scan.mutate(undefined, {
            onSuccess: (who) => {
              act({ do: 'show', phones: [customerPhone(who.external_userid), memberPhone(who.userid)] })
              act({ do: 'view', phone: memberPhone(who.userid), view: { tab: 'chats', chat: who.external_userid } })
              if (tour.at === 0) tour.meet(who)
            },
          })
        }
      >
        <Icon name="scan" />
        {t('sim.scan')}
      </button>
      <Problem error={scan.error} />
    </>
  )
}

function Stage() {
  const { board, act } = useBoard()
  const tour = useTour()
  const phones = usePhones()
  const shown = phones.data
  // An address may name somebody of another demo: they are left out.
  useEffect(() => {
    if (phones.isPlaceholderData || !shown) return
    const there = new Set([
      ...shown.phones.customers.map((p) => customerPhone(p.external_userid)),
      ...shown.phones.members.map((p) => memberPhone(p.userid)),
    ])
    for (const phone of board.phones) if (!there.has(phone)) act({ do: 'hide', phone })
  }, [board.phones, shown, phones.isPlaceholderData, act])
  if (board.phones.length === 0) return <Invitation />
  return (
    <main className={tour.at === undefined ? 'stage' : 'stage touring'} id="stage" tabIndex={-1}>
      {shown ? (
        board.phones.map((id) => {
          if (isMember(id)) {
            const phone = shown.phones.members.find((p) => p.userid === idOf(id))
            return phone && <MemberPhone key={id} phone={phone} chats={shown.phones.chats} now={shown.phones.now} />
          }
          const phone = shown.phones.customers.find((p) => p.external_userid === idOf(id))
          return phone && <CustomerPhone key={id} phone={phone} now={shown.phones.now} />
        })
      ) : phones.error ? (
        <Problem error={phones.error} retry={() => void phones.refetch()} />
      ) : (
        <p className="notice" data-loading>
          {t('sim.loading')}
        </p>
      )}
      {board.known && (
        <KnownCard
          key={board.known}
          customer={board.known}
          contact={shown?.contacts[board.known]}
          name={shown?.phones.customers.find((p) => p.external_userid === board.known)?.name ?? ''}
        />
      )}
    </main>
  )
}

/** What stands there before anybody's phone is shown. */
function Invitation() {
  const tour = useTour()
  return (
    <main className="stage empty" id="stage" tabIndex={-1}>
      <div className="invitation">
        <span className="pair" aria-hidden>
          <span />
          <span />
        </span>
        <h2>{t('sim.invite')}</h2>
        <p>{t('sim.invite.says')}</p>
        {tour.at === undefined && (
          <button type="button" className="main" onClick={tour.start}>
            <Icon name="tour" />
            {t('sim.invite.tour')}
          </button>
        )}
        <p className="or">{t('sim.invite.or')}</p>
      </div>
    </main>
  )
}
