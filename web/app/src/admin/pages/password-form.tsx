import { useMutation } from '@tanstack/react-query'
import { Alert, Button, Input } from 'antd'
import { useState } from 'react'
import { ApiError, api, must } from '../../shared/api'
import { t } from '../../shared/i18n'
import { problemWords } from '../../shared/problem'

function words(error: unknown): string {
  if (error instanceof ApiError && error.problem.status === 401) return t('ui.login.wrong')
  const { title, detail } = problemWords(error, t, 'ui')
  return detail || title
}

/** The administrator's way in. `alone`: there is no other. */
export function PasswordForm({ next, alone, demo }: { next: string; alone: boolean; demo: boolean }) {
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    mutationFn: () => must(api.POST('/session', { body: { user: 'admin', password } })),
    onSuccess: () => location.assign(next),
  })
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault()
        signIn.mutate()
      }}
    >
      {signIn.error && <Alert className="door-alert" id="login-problem" type="error" showIcon title={words(signIn.error)} />}
      <input type="text" name="user" value="admin" autoComplete="username" readOnly hidden />
      <label htmlFor="password">{alone ? t('ui.login.password') : t('ui.login.admin')}</label>
      <Input.Password
        id="password"
        name="password"
        autoComplete="current-password"
        size="large"
        required
        value={password}
        onChange={(e) => setPassword(e.target.value)}
        aria-invalid={signIn.isError}
        aria-describedby={signIn.isError ? 'login-problem' : undefined}
        style={{ margin: '6px 0 12px' }}
      />
      <Button type={alone ? 'primary' : 'default'} size="large" block htmlType="submit" loading={signIn.isPending}>
        {t('ui.login.submit')}
      </Button>
      {demo && <p className="door-hint">{t('ui.login.demo')}</p>}
    </form>
  )
}
