import { type ReactNode, useEffect } from 'react'
import { switchLanguageHref, t } from '../shared/i18n'
import './door.css'

/** The frame of what one sees before signing in. */
export function Door({ title, lede, children }: { title: string; lede: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · ${t('brand')}`
  }, [title])
  return (
    <main id="main" className="door">
      <div className="door-card">
        <p className="door-brand">
          <img src="/icon.svg" alt="" />
          {t('brand')}
        </p>
        <h1>{title}</h1>
        <p className="lede">{lede}</p>
        {children}
        <p className="door-foot">
          <a href={switchLanguageHref()}>{t('ui.language.other')}</a>
        </p>
      </div>
    </main>
  )
}
