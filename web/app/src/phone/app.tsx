import { useEffect } from 'react'
import { formatNumber, t } from '../shared/i18n'
import { Account } from './account/account'
import { answer } from './act'
import { Alerts } from './alerts'
import { Contact } from './contact/contact'
import { Day, useDay } from './day/day'
import { doing } from './doing'
import { Go, useAddress } from './go'
import { tell, untold } from './outbox'
import { useOnline } from './parts/online'
import { Nothing } from './parts/states'
import { Toast } from './parts/toast'
import { partOf } from './queue'
import { type Place, placeOf } from './route'

/** What must reach the server before the page goes, or when it comes back. */
function useErrands(online: boolean): void {
  useEffect(() => {
    const leave = () => doing.flush()
    const hide = () => document.visibilityState === 'hidden' && doing.flush()
    window.addEventListener('pagehide', leave)
    document.addEventListener('visibilitychange', hide)
    return () => {
      window.removeEventListener('pagehide', leave)
      document.removeEventListener('visibilitychange', hide)
    }
  }, [])
  useEffect(() => {
    if (!online || untold(localStorage).length === 0) return
    tell(localStorage, (ids) => answer(ids, 'sent')).catch(() => undefined) // stays remembered
  }, [online])
}

export function App() {
  const address = useAddress()
  const online = useOnline()
  useErrands(online)
  const place = placeOf(location.pathname, location.search)
  return (
    <div className="phone">
      {!online && (
        <p className="offline" role="status">
          {t('m.offline')}
        </p>
      )}
      <Page key={address} place={place} />
      <Toast />
      <Tabs place={place} />
    </div>
  )
}

function Page({ place }: { place: Place }) {
  switch (place.page) {
    case 'day':
      return <Day />
    case 'alerts':
      return <Alerts />
    case 'contact':
      return <Contact external={place.external} />
    case 'account':
      return <Account id={place.id} />
    case 'nowhere':
      return (
        <main>
          <h1>{t('m.nowhere')}</h1>
          <Nothing title={t('m.nowhere.hint')}>
            <Go to="/m/day" className="button primary">
              {t('m.to.day')}
            </Go>
          </Nothing>
        </main>
      )
  }
}

function Tabs({ place }: { place: Place }) {
  const { data } = useDay()
  const alerts = data?.items.filter((i) => partOf(i.kind) === 'know').length ?? 0
  const todo = (data?.items.length ?? 0) - alerts
  return (
    <nav className="tabs" aria-label={t('m.places')}>
      <Go to="/m/day" current={place.page === 'day'}>
        {t('m.tab.day')}
        {todo > 0 && <span className="badge">{formatNumber(Math.min(todo, 99))}</span>}
      </Go>
      <Go to="/m/alerts" current={place.page === 'alerts'}>
        {t('m.tab.alerts')}
        {alerts > 0 && <span className="badge">{formatNumber(Math.min(alerts, 99))}</span>}
      </Go>
    </nav>
  )
}
