import { LockOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { t, word } from '../shared/i18n'
import type { Session } from '../shared/session'
import { Page } from './page'
import { usePlaces } from './places'
import './refused.css'

/** A page that the one who looks may not open: who may, what to do, and where else to go. */
export function Refused({ refusal, session }: { refusal: Session['refused'][number]; session: Session }) {
  const places = usePlaces()
  return (
    <Page title={t('ui.refused')} lede={t(`ui.refused.${refusal.why}`)}>
      <section className="refused">
        <LockOutlined className="refused-lock" aria-hidden />
        <dl>
          <dt>{t('ui.refused.roles')}</dt>
          <dd>{refusal.roles.map((r) => word('ui.role', r)).join(t('ui.comma'))}</dd>
          <dt>{t('ui.refused.yours')}</dt>
          <dd>{word('ui.role', session.role)}</dd>
          <dt>{t('ui.reach')}</dt>
          <dd>{word('ui.reach', session.reach)}</dd>
        </dl>
        <p>{t('ui.refused.do')}</p>
        <nav className="refused-places" aria-label={t('ui.refused.instead')}>
          <span className="soft">{t('ui.refused.instead')}</span>
          {places.map((p) => (
            <Link key={p.to} to={p.to}>
              {p.icon} {t(p.key)}
            </Link>
          ))}
        </nav>
      </section>
    </Page>
  )
}
