import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import type { Who } from '../../programmes/enrol'

const EnrolDialog = lazy(async () => ({ default: (await import('../../programmes/enrol-dialog')).EnrolDialog }))

interface BarProps {
  ids: readonly number[]
  /** Everybody whom the filters leave, where they can be let in at once. */
  everybody: Who | undefined
  clear: () => void
}

/** What can be done with the chosen contacts. */
export function ChosenBar({ ids, everybody, clear }: BarProps) {
  const [who, setWho] = useState<Who>()
  const count = useQuery({
    queryKey: ['contacts-count', everybody],
    queryFn: () => countOf(everybody),
    enabled: everybody !== undefined && ids.length > 0,
    staleTime: 15_000,
  })
  return (
    <div className="chosen-bar" role="status" hidden={ids.length === 0}>
      <b>{t('ui.chosen', { n: ids.length })}</b>
      <Button type="primary" size="small" onClick={() => setWho({ source: 'contacts', ids })}>
        {t('ui.chosen.enrol')}
      </Button>
      {everybody && count.data !== undefined && count.data > 0 && (
        <Button size="small" onClick={() => setWho(everybody)}>
          {t('ui.chosen.enrol.all', { n: count.data })}
        </Button>
      )}
      <Button size="small" type="text" onClick={clear}>
        {t('ui.chosen.clear')}
      </Button>
      {who && (
        <Suspense>
          <EnrolDialog who={who} open onClose={() => setWho(undefined)} />
        </Suspense>
      )}
    </div>
  )
}

async function countOf(who: Who | undefined): Promise<number> {
  if (who?.source === 'audience' && who.id !== undefined) {
    return (await must(api.GET('/audiences/{id}', { params: { path: { id: who.id } } }))).count
  }
  if (who?.source !== 'filter') return 0
  return (await must(api.POST('/audiences/count', { body: { filter: who.filter as Schema<'Filter'> } }))).count
}
