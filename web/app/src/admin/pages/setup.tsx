import { Button } from 'antd'
import { t } from '../../shared/i18n'
import { Door } from '../door'

/** The one-time link: only the press of the button uses it up. */
export function Setup() {
  return (
    <Door title={t('ui.setup')} lede={t('ui.setup.lede')}>
      <form method="post">
        <Button type="primary" size="large" block htmlType="submit">
          {t('ui.setup.submit')}
        </Button>
      </form>
    </Door>
  )
}
