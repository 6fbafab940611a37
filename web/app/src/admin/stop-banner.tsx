import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { api, must } from '../shared/api'
import { formatInstant, t } from '../shared/i18n'
import { useMay } from './may'
import { Go } from './ops/go'

const ResumeAllDialog = lazy(async () => ({ default: (await import('./programmes/stop-all')).ResumeAllDialog }))

/** Over every page while the kill switch for everything is thrown: since when, by whom, how far, and the way back. */
export function StopBanner() {
  const may = useMay()
  const [open, setOpen] = useState(false)
  const stop = useQuery({
    queryKey: ['stop'],
    queryFn: () => must(api.GET('/stop')),
    refetchInterval: 60_000,
    enabled: may('stopStatus'),
  })
  const s = stop.data
  if (!s?.stopped_at) return null
  return (
    <section className="stop-banner" aria-label={t('ui.stop.banner')}>
      <strong>{t('ui.stop.banner')}</strong>
      <span>
        {t('ui.stop.banner.since', { at: formatInstant(s.stopped_at) })} <span translate="no">{s.stopped_by}</span>
      </span>
      {(['held', 'open', 'cancelling', 'not_stoppable'] as const)
        .filter((part) => s[part] > 0)
        .map((part) => (
          <Go key={part} to="/queue" search={{ stop: part }}>
            {t(`ui.stop.banner.${part}`, { n: s[part] })}
          </Go>
        ))}
      {may('resumeAll') && (
        <Button size="small" onClick={() => setOpen(true)}>
          {t('ui.resume.all')}
        </Button>
      )}
      {open && (
        <Suspense>
          <ResumeAllDialog open onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </section>
  )
}
