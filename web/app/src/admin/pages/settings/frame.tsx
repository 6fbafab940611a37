import { LeftOutlined } from '@ant-design/icons'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { t } from '../../../shared/i18n'
import { useVisibleGroups } from './visible'
import './settings.css'

/** The settings: their sections at the left, on a phone a list of its own. */
export function SettingsFrame() {
  const path = useRouterState({ select: (s) => s.location.pathname })
  const groups = useVisibleGroups()
  const index = path === '/settings' || path === '/settings/'
  return (
    <div className="settings">
      <nav className="settings-side" aria-label={t('ui.set.sections')}>
        {groups.map((g) => (
          <div key={g.key} className="settings-group">
            <div className="settings-group-name">{t(g.key)}</div>
            {g.sections.map((s) => (
              <Link key={s.to} to={s.to} className="nav" aria-current={path === s.to ? 'page' : undefined}>
                {s.icon}
                {t(s.key)}
              </Link>
            ))}
          </div>
        ))}
      </nav>
      <div className="settings-main">
        {!index && (
          <Link to="/settings" className="settings-back">
            <LeftOutlined aria-hidden /> {t('ui.nav.settings')}
          </Link>
        )}
        <Outlet />
      </div>
    </div>
  )
}
