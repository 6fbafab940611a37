import { Link } from '@tanstack/react-router'
import { t } from '../shared/i18n'
import { Page } from './page'
import { Nothing } from './states'

export function NotFound() {
  return (
    <Page title={t('ui.not-found')}>
      <Nothing why={t('ui.not-found.hint')}>
        <Link to="/">{t('ui.nav.today')}</Link>
      </Nothing>
    </Page>
  )
}
