import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { lang, speak, t } from '../shared/i18n'
import { queryClient } from '../shared/query'
import { App } from './app'
import './phone.css'

const catalogue = lang === 'en' ? import('virtual:texts/phone/en') : import('virtual:texts/phone/zh')

async function start(): Promise<void> {
  speak((await catalogue).default)
  document.title = t('brand')
  const root = document.getElementById('root')
  if (!root) throw new Error('the page has no root')
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  )
}

void start()
