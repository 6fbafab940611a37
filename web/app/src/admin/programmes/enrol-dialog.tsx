import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Modal, Progress, Radio, Select } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../shared/api'
import { formatNumber, t } from '../../shared/i18n'
import { useChange } from '../change'
import { countFaults, FilterBuilder, type FilterValue } from '../filter'
import { wire } from '../filter/ast'
import './programmes.css'
import { useAudiences } from './use-trigger-words'

type Job = Schema<'EnrollmentJob'>
type Source = 'audience' | 'matching' | 'filter'

interface EnrolProps {
  /** Into this programme; else one chooses. */
  sop?: { id: number; name: string }
  /** From this audience; else one chooses. */
  audience?: { id: number; name: string }
  open: boolean
  onClose: () => void
}

/** Lets many people in: counts first, then does it in the background. */
export function EnrolDialog({ sop, audience, open, onClose }: EnrolProps) {
  const [into, setInto] = useState(sop?.id)
  const [source, setSource] = useState<Source>('audience')
  const [from, setFrom] = useState(audience?.id)
  const [filter, setFilter] = useState<FilterValue>(null)
  const [anchor, setAnchor] = useState<'now' | 'added_at'>('now')
  const [job, setJob] = useState<Job>()
  const ready =
    into !== undefined &&
    (source === 'audience' ? from !== undefined : source !== 'filter' || (filter !== null && countFaults(filter) === 0))
  const start = useChange(
    (dry: boolean) =>
      must(
        api.POST('/sops/{id}/enrollment-jobs', {
          params: { path: { id: into ?? 0 } },
          body: {
            source,
            anchor,
            dry_run: dry,
            ...(source === 'audience' && from ? { audience_id: from } : {}),
            ...(source === 'filter' ? { filter: wire(filter) } : {}),
          },
        }),
      ),
    [
      ['rows', 'sop-lines'],
      ['rows', 'enrolment-jobs'],
    ],
    '',
  )
  const changed =
    <T,>(set: (v: T) => void) =>
    (v: T) => {
      setJob(undefined)
      set(v)
    }
  const run = (dry: boolean) => start.mutate(dry, { onSuccess: setJob })
  const counted = job?.dry_run === true
  return (
    <Modal
      open={open}
      width={680}
      title={t('ui.enrol.title')}
      onCancel={onClose}
      footer={[
        <Button key="close" onClick={onClose}>
          {t('ui.enrol.close')}
        </Button>,
        <Button key="count" disabled={!ready} loading={start.isPending} type={counted ? 'default' : 'primary'} onClick={() => run(true)}>
          {t('ui.enrol.count')}
        </Button>,
        <Button key="go" type={counted ? 'primary' : 'default'} disabled={!ready || !counted} onClick={() => run(false)}>
          {t('ui.enrol.go')}
        </Button>,
      ]}
    >
      <div className="template-steps">
        {!sop && <Programme value={into} onChange={changed(setInto)} />}
        {!audience && (
          <Radio.Group
            aria-label={t('ui.enrol.source')}
            value={source}
            onChange={(e) => changed(setSource)(e.target.value as Source)}
            options={(['audience', 'matching', 'filter'] as const).map((s) => ({ value: s, label: t(`ui.enrol.source.${s}`) }))}
          />
        )}
        {source === 'audience' && !audience && <Audience value={from} onChange={changed(setFrom)} />}
        {source === 'filter' && <FilterBuilder value={filter} onChange={changed(setFilter)} />}
        <Radio.Group
          aria-label={t('ui.enrol.anchor')}
          value={anchor}
          onChange={(e) => changed(setAnchor)(e.target.value as 'now' | 'added_at')}
          options={(['now', 'added_at'] as const).map((a) => ({ value: a, label: t(`ui.enrol.anchor.${a}`) }))}
        />
        {job && <JobNumbers first={job} />}
      </div>
    </Modal>
  )
}

interface ChooseProps {
  value: number | undefined
  onChange: (id: number) => void
}

function Programme({ value, onChange }: ChooseProps) {
  const live = useQuery({
    queryKey: ['choices', 'live-sops'],
    queryFn: () => must(api.GET('/sops/lines', { params: { query: { state: 'live', limit: 200 } } })),
  })
  return (
    <Select
      aria-label={t('ui.enrol.programme')}
      placeholder={t('ui.enrol.programme')}
      loading={live.isPending}
      value={value}
      showSearch={{ optionFilterProp: 'label' }}
      notFoundContent={t('ui.enrol.programme.none')}
      options={(live.data?.items ?? []).filter((l) => l.trigger.kind !== 'group_created').map((l) => ({ value: l.id, label: l.name }))}
      onChange={onChange}
    />
  )
}

function Audience({ value, onChange }: ChooseProps) {
  const audiences = useAudiences()
  return (
    <Select
      aria-label={t('ui.enrol.source.audience')}
      placeholder={t('ui.enrol.audience')}
      loading={audiences.isPending}
      value={value}
      showSearch={{ optionFilterProp: 'label' }}
      notFoundContent={t('ui.enrol.audience.none')}
      options={(audiences.data ?? []).map((a) => ({ value: a.id, label: a.name }))}
      onChange={onChange}
    />
  )
}

const over = (job: Job) => job.state === 'done' || job.state === 'cancelled'

/** A job's numbers, which move while it runs. */
function JobNumbers({ first }: { first: Job }) {
  const job = useQuery({
    queryKey: ['enrolment-job', first.id],
    queryFn: () => must(api.GET('/enrollment-jobs/{id}', { params: { path: { id: first.id } } })),
    initialData: first,
    refetchInterval: (q) => (q.state.data && over(q.state.data) ? false : 1000),
  }).data
  const seen = job.entered + job.already_in + job.past + job.unreachable + job.failed
  return (
    <div role="status">
      <strong>{t(job.dry_run ? 'ui.enrol.dry' : over(job) ? 'ui.enrol.done' : 'ui.enrol.running')}</strong>
      {!over(job) && (
        <Progress percent={job.total > 0 ? Math.round((100 * seen) / job.total) : 0} status="active" aria-label={t('ui.enrol.running')} />
      )}
      <div className="numbers">
        {(['total', 'entered', 'already_in', 'past', 'unreachable', 'failed'] as const).map((k) => (
          <div key={k}>
            <b>{formatNumber(job[k])}</b>
            <span>{t(k === 'entered' && job.dry_run ? 'ui.enrol.would' : `ui.enrol.${k}`)}</span>
          </div>
        ))}
      </div>
      {job.last_error && <Alert type="warning" showIcon title={<span translate="no">{job.last_error}</span>} />}
    </div>
  )
}
