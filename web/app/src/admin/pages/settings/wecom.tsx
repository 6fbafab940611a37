import { t } from '../../../shared/i18n'
import { Page } from '../../page'
import { Checkup } from './checkup'
import { InboxPanel } from './inbox'
import { SyncPanel } from './sync'

/** How the connection to WeCom is: the check-up, the synchronisation, the callbacks. */
export function WeCom() {
  return (
    <Page title={t('ui.set.wecom')} lede={t('ui.set.wecom.lede')}>
      <Checkup />
      <SyncPanel />
      <InboxPanel />
    </Page>
  )
}
