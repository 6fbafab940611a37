import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Modal, Radio, Select } from 'antd'
import { useState } from 'react'
import { api, must } from '../../shared/api'
import { t } from '../../shared/i18n'
import { useChange } from '../change'
import { FilterBuilder, FilterSentence, type FilterValue } from '../filter'
import { Go } from '../ops/go'
import { Ask, Nothing } from '../states'
import { isSaid, type Job, sourceOf, type Who } from './enrol'
import { JobNumbers } from './job-numbers'
import './programmes.css'
import { useAudiences } from './use-trigger-words'

interface EnrolProps {
  /** Into this programme; else one chooses. */
  sop?: { id: number; name: string }
  /** These people; else one chooses. */
  who?: Who
  open: boolean
  onClose: () => void
}

/** Lets many people in: counts first, then does it in the background. */
export function EnrolDialog({ sop, who, open, onClose }: EnrolProps) {
  const [into, setInto] = useState(sop?.id)
  const [source, setSource] = useState<'audience' | 'matching' | 'filter'>('audience')
  const [from, setFrom] = useState<number>()
  const [filter, setFilter] = useState<FilterValue>(null)
  const [anchor, setAnchor] = useState<'now' | 'added_at'>('now')
  const [job, setJob] = useState<Job>()
  const chosen: Who = who ?? (source === 'audience' ? { source, id: from } : source === 'filter' ? { source, filter } : { source })
  const ready = into !== undefined && isSaid(chosen)
  const start = useChange(
    (dry: boolean) =>
      must(
        api.POST('/sops/{id}/enrollment-jobs', {
          params: { path: { id: into ?? 0 } },
          body: { ...sourceOf(chosen), anchor, dry_run: dry },
        }),
      ),
    [['rows', 'sop-lines'], ['enrolment-jobs']],
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
  const counting = start.isPending && start.variables
  const letting = start.isPending && !start.variables
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
        <Button
          key="count"
          disabled={!ready || letting}
          loading={counting}
          type={counted ? 'default' : 'primary'}
          onClick={() => run(true)}
        >
          {t('ui.enrol.count')}
        </Button>,
        <Button
          key="go"
          disabled={!ready || !counted || counting}
          loading={letting}
          type={counted ? 'primary' : 'default'}
          onClick={() => run(false)}
        >
          {t('ui.enrol.go')}
        </Button>,
      ]}
    >
      <div className="template-steps">
        {who?.source === 'contacts' && <p>{t('ui.enrol.who.contacts', { n: who.ids.length })}</p>}
        {who?.source === 'filter' && (
          <p translate="no">
            <FilterSentence value={who.filter} />
          </p>
        )}
        {!sop && <Programme value={into} onChange={changed(setInto)} />}
        {!who && (
          <Radio.Group
            aria-label={t('ui.enrol.source')}
            value={source}
            onChange={(e) => changed(setSource)(e.target.value as 'audience')}
            options={(['audience', 'matching', 'filter'] as const).map((s) => ({ value: s, label: t(`ui.enrol.source.${s}`) }))}
          />
        )}
        {!who && source === 'audience' && <Audience value={from} onChange={changed(setFrom)} />}
        {!who && source === 'filter' && <FilterBuilder value={filter} onChange={changed(setFilter)} />}
        <Radio.Group
          aria-label={t('ui.enrol.anchor')}
          value={anchor}
          onChange={(e) => changed(setAnchor)(e.target.value as 'now' | 'added_at')}
          options={(['now', 'added_at'] as const).map((a) => ({ value: a, label: t(`ui.enrol.anchor.${a}`) }))}
        />
        {job && <JobNumbers key={job.id} first={job} />}
        {job && !job.dry_run && <Go to={`/sops/${job.sop_id}/versions`}>{t('ui.enrol.jobs.all')}</Go>}
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
    <Ask query={live} rows={1}>
      {({ items }) => {
        const open = items.filter((l) => l.trigger.kind !== 'group_created')
        return open.length === 0 ? (
          <Nothing why={t('ui.enrol.programme.none')}>
            <Link to="/sops">{t('ui.nav.sops')}</Link>
          </Nothing>
        ) : (
          <Select
            aria-label={t('ui.enrol.programme')}
            placeholder={t('ui.enrol.programme')}
            value={value}
            showSearch={{ optionFilterProp: 'label' }}
            options={open.map((l) => ({ value: l.id, label: l.name }))}
            onChange={onChange}
          />
        )
      }}
    </Ask>
  )
}

function Audience({ value, onChange }: ChooseProps) {
  const audiences = useAudiences()
  return (
    <Ask query={audiences} rows={1}>
      {(all) =>
        all.length === 0 ? (
          <Nothing why={t('ui.enrol.audience.none')}>
            <Link to="/audiences/new">{t('ui.audiences.new')}</Link>
          </Nothing>
        ) : (
          <Select
            aria-label={t('ui.enrol.source.audience')}
            placeholder={t('ui.enrol.audience')}
            value={value}
            showSearch={{ optionFilterProp: 'label' }}
            options={all.map((a) => ({ value: a.id, label: a.name }))}
            onChange={onChange}
          />
        )
      }
    </Ask>
  )
}
