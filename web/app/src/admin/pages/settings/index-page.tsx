import { Link } from '@tanstack/react-router'
import { t } from '../../../shared/i18n'
import { Page } from '../../page'
import { useVisibleGroups } from './visible'

/** What can be set, and what for. */
export function SettingsIndex() {
  const groups = useVisibleGroups()
  return (
    <Page title={t('ui.nav.settings')} lede={t('ui.set.lede')}>
      {groups.map((g) => (
        <section key={g.key}>
          <h2 className="settings-h2">{t(g.key)}</h2>
          <div className="settings-cards">
            {g.sections.map((s) => (
              <Link key={s.to} to={s.to} className="settings-card">
                <span className="settings-card-icon">{s.icon}</span>
                <span>
                  <strong>{t(s.key)}</strong>
                  <span>{t(`${s.key}.lede`)}</span>
                </span>
              </Link>
            ))}
          </div>
        </section>
      ))}
    </Page>
  )
}
