import { t } from '../../shared/i18n'
import { Page } from '../page'
import { Nothing } from '../states'

export function Today() {
  return (
    <Page title={t('ui.nav.today')}>
      <Nothing why={t('ui.today.quiet')} />
    </Page>
  )
}
