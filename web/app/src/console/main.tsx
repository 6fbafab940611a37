import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { lang, speak, t } from '../shared/i18n'
import { queryClient } from '../shared/query'
import { App } from './app'
import { followMode } from './mode'
import { BoardProvider } from './store'
import { TourProvider } from './tour-context'
import './console.css'
import './phone.css'

const catalogue = lang === 'en' ? import('virtual:texts/console/en') : import('virtual:texts/console/zh')

async function start(): Promise<void> {
  followMode()
  speak((await catalogue).default)
  document.title = `${t('sim.title')} · ${t('brand')}`
  const root = document.getElementById('root')
  if (!root) throw new Error('the page has no root')
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <BoardProvider>
          <TourProvider>
            <App />
          </TourProvider>
        </BoardProvider>
      </QueryClientProvider>
    </StrictMode>,
  )
}

void start()
