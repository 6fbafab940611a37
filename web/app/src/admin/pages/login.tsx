import { QrcodeOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { Alert, Button, Divider } from 'antd'
import { useEffect } from 'react'
import { api, must } from '../../shared/api'
import { knows, t } from '../../shared/i18n'
import { Door } from '../door'
import { localPath } from '../local-path'
import { Ask } from '../states'
import { PasswordForm } from './password-form'

export interface LoginSearch {
  next?: string
  fault?: string
}

/** Where whoever is not signed in arrives. */
export function Login() {
  const { next, fault } = useSearch({ strict: false }) as LoginSearch
  const ways = useQuery({ queryKey: ['sign-in'], queryFn: () => must(api.GET('/sign-in')) })
  const page = localPath(next)
  const wecom = `/login/wecom?${new URLSearchParams({ next: page })}`
  // Inside WeCom nobody has to press anything, unless it has just failed.
  const silent = !fault && ways.data?.wecom && ways.data.inside_wecom
  useEffect(() => {
    if (silent) location.replace(wecom)
  }, [silent, wecom])
  return (
    <Door title={t('ui.login')} lede={t('ui.login.lede')}>
      {fault && knows(`ui.login.fault.${fault}`) && (
        <Alert className="door-alert" type="warning" showIcon title={t(`ui.login.fault.${fault}`)} />
      )}
      <Ask query={ways} rows={3}>
        {(w) => (
          <>
            {w.wecom && (
              <>
                <Button type="primary" size="large" block icon={<QrcodeOutlined aria-hidden />} href={wecom}>
                  {t('ui.login.wecom')}
                </Button>
                <p className="door-hint">{t('ui.login.wecom.hint')}</p>
              </>
            )}
            {w.wecom && w.password && <Divider plain>{t('ui.login.or')}</Divider>}
            {w.password && <PasswordForm next={page} alone={!w.wecom} demo={w.demo} />}
            {!w.wecom && !w.password && <Alert type="info" showIcon title={t('ui.login.none')} />}
          </>
        )}
      </Ask>
    </Door>
  )
}
