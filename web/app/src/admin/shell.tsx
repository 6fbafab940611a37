import { MenuOutlined, MobileOutlined } from '@ant-design/icons'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { Button, Segmented } from 'antd'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { switchLanguageHref, t } from '../shared/i18n'
import { useSession } from '../shared/session'
import { Drawer } from './drawer'
import { Gate } from './gate'
import { beforeSigningIn, placeOf } from './local-path'
import { usePlaces } from './places'
import { StopBanner } from './stop-banner'
import { type Mode, useLook } from './theme'

function Places() {
  const path = useRouterState({ select: (s) => s.location.pathname })
  const place = placeOf(path)
  return usePlaces().map((p) => (
    <Link key={p.to} to={p.to} className="nav" aria-current={p.to === place ? 'page' : undefined}>
      {p.icon}
      {t(p.key)}
    </Link>
  ))
}

function Foot() {
  const session = useSession()
  const look = useLook()
  const modes: Mode[] = ['system', 'light', 'dark']
  return (
    <div className="foot">
      {session.data?.demo && session.data.role === 'admin' && (
        <a className="nav" href="/phones">
          <MobileOutlined aria-hidden />
          {t('ui.nav.phones')}
        </a>
      )}
      <a className="nav" href={switchLanguageHref()}>
        {t('ui.language.other')}
      </a>
      <Segmented<Mode>
        block
        size="small"
        aria-label={t('ui.mode')}
        value={look.mode}
        onChange={look.setMode}
        options={modes.map((mode) => ({ value: mode, label: t(`ui.mode.${mode}`) }))}
      />
      <form method="post" action="/logout">
        <Button type="text" block htmlType="submit">
          {t('ui.sign-out')} <span translate="no">{session.data?.name}</span>
        </Button>
      </form>
    </div>
  )
}

/** The frame of every page: the places at the left, behind a button on a phone. */
export function Shell(): ReactNode {
  const [open, setOpen] = useState(false)
  const main = useRef<HTMLElement>(null)
  const path = useRouterState({ select: (s) => s.location.pathname })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the menu
  useEffect(() => setOpen(false), [path])
  if (beforeSigningIn(path)) return <Outlet />
  const brand = (
    <Link to="/" className="brand">
      <img src="/icon.svg" alt="" />
      {t('brand')}
    </Link>
  )
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t('ui.skip')}
      </a>
      <header className="bar">
        {brand}
        <Button aria-label={t('ui.menu')} icon={<MenuOutlined />} onClick={() => setOpen(true)} />
      </header>
      <nav className="side" aria-label={t('ui.places')}>
        {brand}
        <Places />
        <Foot />
      </nav>
      <Drawer open={open} onClose={() => setOpen(false)} placement="left" size={260} title={t('ui.menu')}>
        <nav className="side drawer" aria-label={t('ui.places')}>
          <Places />
          <Foot />
        </nav>
      </Drawer>
      <main id="main" tabIndex={-1} ref={main}>
        <StopBanner />
        <Gate />
      </main>
    </div>
  )
}
