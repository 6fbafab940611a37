import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { App } from 'antd'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { lang, speak, t } from '../shared/i18n'
import { queryClient } from '../shared/query'
import { sessionQuery } from '../shared/session'
import './admin.css'
import { beforeSigningIn } from './local-path'
import { router } from './router'
import { Theme } from './theme'

const catalogue = lang === 'en' ? import('virtual:texts/admin/en') : import('virtual:texts/admin/zh')

async function start(): Promise<void> {
  if (!beforeSigningIn(location.pathname)) void queryClient.prefetchQuery(sessionQuery)
  speak((await catalogue).default)
  document.title = t('brand')
  const root = document.getElementById('root')
  if (!root) throw new Error('the page has no root')
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <Theme>
          <App>
            <RouterProvider router={router} />
          </App>
        </Theme>
      </QueryClientProvider>
    </StrictMode>,
  )
}

void start()
