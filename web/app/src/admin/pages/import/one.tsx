import { useQuery } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { Alert, Button, Progress, Steps } from 'antd'
import { useState } from 'react'
import { api, must } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { useChange } from '../../change'
import { among } from '../../ops/search'
import { Page } from '../../page'
import { Ask } from '../../states'
import { Mapping } from './mapping'
import { Notes } from './notes'
import { OutcomeRows } from './outcome-rows'
import { busy, type Import, outcomes, percent, stepOf } from './progress'
import { Tallies } from './tallies'
import './import.css'
import { Sure } from '../../sure'

type Sampled = Import & { sample: string[][] }

function Working({ im }: { im: Import }) {
  return (
    <div role="status">
      <p className="says">{t(`ui.import.at.${im.state}`, { done: im.done, rows: im.rows })}</p>
      <Progress strokeColor="var(--brand)" aria-label={t(`ui.import.state.${im.state}`)} percent={percent(im)} status="active" />
    </div>
  )
}

function Body({ im }: { im: Sampled }) {
  const [remapping, setRemapping] = useState(false)
  const outcome = among((useSearch({ strict: false }) as Record<string, unknown>).outcome, outcomes)
  const params = { path: { id: im.id } }
  const stale = [
    ['import', im.id],
    ['rows', 'imports'],
    ['rows', 'import-notes', im.id],
    ['rows', 'import-rows', im.id],
  ]
  const start = useChange(() => must(api.POST('/imports/{id}/start', { params })), stale, '')
  if (im.state === 'draft' || (im.state === 'checked' && remapping))
    return <Mapping key={im.id} im={im} stale={stale} done={() => setRemapping(false)} />
  if (busy(im.state)) return <Working im={im} />
  return (
    <>
      <p className="says">{t(`ui.import.says.${im.state}`, { n: im.rows })}</p>
      <Tallies im={im} />
      {im.state === 'checked' && (
        <div className="import-actions">
          <Button type="primary" size="large" loading={start.isPending} onClick={() => start.mutate()}>
            {t('ui.import.start')}
          </Button>
          <Button size="large" onClick={() => setRemapping(true)}>
            {t('ui.import.remap')}
          </Button>
        </div>
      )}
      {outcome ? <OutcomeRows im={im} outcome={outcome} /> : <Notes im={im} />}
    </>
  )
}

/** One table on its way in: columns, dry run, run, result. */
export function OneImport() {
  const { id } = useParams({ from: '/import/$id' })
  const query = useQuery({
    queryKey: ['import', Number(id)],
    queryFn: (): Promise<Sampled> => must(api.GET('/imports/{id}', { params: { path: { id: Number(id) } } })),
    refetchInterval: (q) => (q.state.data && busy(q.state.data.state) ? 800 : false),
  })
  const cancel = useChange(
    () => must(api.POST('/imports/{id}/cancel', { params: { path: { id: Number(id) } } })),
    [
      ['import', Number(id)],
      ['rows', 'imports'],
    ],
    t('ui.import.cancelled'),
  )
  const im = query.data
  const open = im && im.state !== 'done' && im.state !== 'cancelled'
  return (
    <Page
      title={im ? t('ui.import.title', { kind: t(`ui.import.kind.${im.kind}`), id: String(im.id) }) : t('ui.import')}
      lede={im && <span translate="no">{im.name}</span>}
      actions={
        open && (
          <Sure
            title={t('ui.import.cancel.sure')}
            okText={t('ui.import.cancel')}
            okButtonProps={{ danger: true }}
            cancelText={t('ui.import.cancel.not')}
            onConfirm={() => cancel.mutate()}
          >
            <Button danger loading={cancel.isPending}>
              {t('ui.import.cancel')}
            </Button>
          </Sure>
        )
      }
    >
      <Ask query={query}>
        {(data) => (
          <>
            <Steps
              className="import-steps"
              current={stepOf(data.state)}
              status={data.state === 'cancelled' ? 'error' : data.state === 'done' ? 'finish' : 'process'}
              size="small"
              items={['columns', 'dry', 'run', data.state === 'cancelled' ? 'cancelled' : 'done'].map((s) => ({
                title: t(`ui.import.step.${s}`),
              }))}
            />
            {data.last_error && (
              <Alert
                type="error"
                showIcon
                title={t('ui.import.error')}
                description={<span translate="no">{data.last_error}</span>}
                style={{ marginBottom: 16 }}
              />
            )}
            <Body im={data} />
          </>
        )}
      </Ask>
    </Page>
  )
}
