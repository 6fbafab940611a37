import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Progress } from 'antd'
import { api, must, type Schema } from '../../../shared/api'
import { formatInstant, formatNumber, t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { useChange } from '../../change'
import { useMay } from '../../may'
import { Go } from '../../ops/go'
import { Ask, Nothing } from '../../states'
import { useLook } from '../../theme'
import { Panel } from './panel'
import { Synced } from './synced'

type Sync = Schema<'Sync'>

const phases = ['departments', 'reps', 'tags', 'contacts', 'groups']

const load = async (): Promise<Sync | null> => (await api.GET('/syncs/last')).data ?? null // never yet

/** How far a synchronisation is, in percent: most of its time goes into contacts. */
function percent({ phase, counts }: Sync): number {
  const at = phases.indexOf(phase)
  if (phase === 'contacts' && counts.expected) return Math.min(95, 20 + Math.round((70 * (counts.stored ?? 0)) / counts.expected))
  return at < 0 ? 5 : ([5, 10, 15, 20, 92][at] ?? 5)
}

function Last({ sync }: { sync: Sync }) {
  const { counts } = sync
  const { palette } = useLook()
  const may = useMay()
  const stored = formatNumber(counts.stored ?? 0) + (counts.expected ? ` / ${formatNumber(counts.expected)}` : '')
  const facts = (['reps', 'tags', 'groups', 'stored'] as const).filter((k) => counts[k] !== undefined)
  return (
    <>
      {sync.state === 'running' ? (
        <>
          <Progress strokeColor="var(--brand)" aria-label={t('ui.set.sync.state.running')} percent={percent(sync)} status="active" />
          <p role="status" className="soft">
            {t(`ui.set.sync.phase.${sync.phase}`)}
          </p>
        </>
      ) : (
        <p>
          <strong style={{ color: sync.state === 'complete' ? palette.good : palette.waiting }}>
            {t(`ui.set.sync.state.${sync.state}`)}
          </strong>{' '}
          {sync.finished_at && t('ui.set.sync.at', { at: formatInstant(sync.finished_at) })}
        </p>
      )}
      <dl className="facts">
        {facts.map((k) => (
          <div key={k}>
            <dt>{t(`ui.set.sync.count.${k}`)}</dt>
            <dd>
              {k === 'stored' && <Go to="/contacts">{stored}</Go>}
              {k === 'reps' &&
                (may('listUsers') ? <Go to="/settings/users">{formatNumber(counts.reps ?? 0)}</Go> : formatNumber(counts.reps ?? 0))}
              {(k === 'tags' || k === 'groups') && <Synced kind={k} n={counts[k] ?? 0} />}
            </dd>
          </div>
        ))}
      </dl>
      {!!counts.unread_reps?.length && (
        <Alert
          type="warning"
          showIcon
          title={t('ui.set.sync.unread', { n: counts.unread_reps.length })}
          description={<span translate="no">{counts.unread_reps.join(', ')}</span>}
        />
      )}
      {sync.last_error && (
        <Alert type="error" showIcon title={t('ui.set.sync.error')} description={<span translate="no">{sync.last_error}</span>} />
      )}
    </>
  )
}

/** The full synchronisation with WeCom. */
export function SyncPanel() {
  const query = useQuery({ queryKey: ['sync'], queryFn: load, refetchInterval: (q) => (q.state.data?.state === 'running' ? 1500 : 20_000) })
  const start = useChange(() => must(api.POST('/syncs')), [['sync']], t('ui.set.sync.asked'))
  const running = query.data?.state === 'running'
  const button = (
    <Allowed to="startSync">
      <Button loading={start.isPending} disabled={running} onClick={() => start.mutate()}>
        {t('ui.set.sync.start')}
      </Button>
    </Allowed>
  )
  return (
    <Panel title={t('ui.set.sync')} lede={t('ui.set.sync.lede')} actions={query.data && button}>
      <Ask query={query}>{(sync) => (sync ? <Last sync={sync} /> : <Nothing why={t('ui.set.sync.never')}>{button}</Nothing>)}</Ask>
    </Panel>
  )
}
