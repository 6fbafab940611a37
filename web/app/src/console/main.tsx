import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { lang, speak, t } from '../shared/i18n'

const catalogue = lang === 'en' ? import('virtual:texts/console/en') : import('virtual:texts/console/zh')

async function start(): Promise<void> {
  speak((await catalogue).default)
  document.title = t('brand')
  const root = document.getElementById('root')
  if (!root) throw new Error('the page has no root')
  createRoot(root).render(
    <StrictMode>
      <h1>{t('sim.title')}</h1>
    </StrictMode>,
  )
}

void start()
