import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, InputNumber, Modal, Radio, Select, Space } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../shared/api'
import { formatNumber, t } from '../../shared/i18n'
import { problemWords } from '../../shared/problem'
import { FilterBuilder, type FilterValue } from '../filter'
import { wire } from '../filter/ast'
import { stepsOf } from './model'
import { PublishDiff, useDiff } from './publish-diff'
import { type Review, type SOP, sopKey } from './use-sop'

type Whom = 'new' | 'all' | 'some'
type Begin = 'later' | 'now' | 'added_at'
type Resume = Schema<'ResumeHow'> | ''

interface PublishProps {
  sop: SOP
  revision: string
  review: Review | undefined
  /** How many match now and are not inside; undefined while it is not known. */
  matching: number | undefined
  onClose: () => void
}

/** Before a draft runs: what changes for whom, and who is meant. */
export function PublishDialog({ sop, revision, review, matching, onClose }: PublishProps) {
  // As it was when the dialog opened: it stays open when the version runs and letting people in has failed.
  const [first] = useState(sop.version === 0)
  const [published, setPublished] = useState<SOP>()
  const { message } = App.useApp()
  const client = useQueryClient()
  const diff = useDiff(sop.id, revision, !first)
  const [whom, setWhom] = useState<Whom>('new')
  const [begin, setBegin] = useState<Begin>('later')
  const [filter, setFilter] = useState<FilterValue>(null)
  const [finished, setFinished] = useState<number | null>(null)
  const [resume, setResume] = useState<Resume>('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const inside = diff.data?.people.counted ?? 0
  // Nobody is asked to confirm a difference that is not shown.
  const unknown = !first && diff.data === undefined
  const forGroups = sop.draft.trigger.kind === 'group_created'

  const publish = async () => {
    setBusy(true)
    setError(undefined)
    try {
      const body = {
        move: whom !== 'new',
        ...(whom === 'some' && filter ? { filter: wire(filter) } : {}),
        ...(whom !== 'new' && finished ? { finished_days: finished } : {}),
        ...(resume ? { resume } : {}),
      }
      const path = { id: sop.id }
      const made = published ?? (await must(api.POST('/sops/{id}/publish', { params: { path }, body })))
      setPublished(made)
      client.setQueryData(sopKey(sop.id), made)
      if (begin !== 'later') {
        await must(api.POST('/sops/{id}/enrollment-jobs', { params: { path }, body: { source: 'matching', anchor: begin } }))
      }
      message.success(t('ui.sop.published', { n: made.version }))
      await client.invalidateQueries({ predicate: (q) => String(q.queryKey[0]).startsWith('sop') })
      onClose()
    } catch (e) {
      setError(e)
    } finally {
      setBusy(false)
    }
  }

  const problem = error === undefined ? undefined : problemWords(error, t, 'ui')
  return (
    <Modal
      open
      width={720}
      title={first ? t('ui.sop.publish.first') : t('ui.sop.publish.next', { n: (published ?? sop).version + (published ? 0 : 1) })}
      okText={t('ui.sop.publish.confirm')}
      okButtonProps={{ loading: busy, disabled: unknown || (whom === 'some' && filter === null), autoFocus: true }}
      onOk={() => void publish()}
      onCancel={onClose}
    >
      <div className="publish">
        {first ? <p>{t('ui.sop.publish.first.lede', { n: stepsOf(sop.draft).length })}</p> : <PublishDiff sop={sop} diff={diff} />}
        {(review?.findings.length ?? 0) > 0 && (
          <Alert type="warning" showIcon title={t('ui.sop.publish.findings', { n: review?.findings.length ?? 0 })} />
        )}
        {first && !forGroups && (
          <fieldset>
            <legend>{t('ui.sop.publish.begin')}</legend>
            <Radio.Group
              value={begin}
              onChange={(e) => setBegin(e.target.value as Begin)}
              options={(['later', 'now', 'added_at'] as const).map((b) => ({
                value: b,
                label: t(`ui.sop.publish.begin.${b}`, { n: matching === undefined ? '…' : formatNumber(matching) }),
                disabled: b !== 'later' && matching === 0,
              }))}
            />
          </fieldset>
        )}
        {!first && inside > 0 && (
          <fieldset>
            <legend>{t('ui.sop.publish.whom')}</legend>
            <Radio.Group
              value={whom}
              onChange={(e) => setWhom(e.target.value as Whom)}
              options={(['new', 'all', 'some'] as const).map((w) => ({
                value: w,
                label: t(`ui.sop.publish.whom.${w}`, { n: formatNumber(inside) }),
                disabled: w === 'some' && forGroups,
              }))}
            />
            {whom === 'some' && <FilterBuilder value={filter} onChange={setFilter} label={t('ui.sop.publish.whom.some')} counted={false} />}
            {whom !== 'new' && (
              <Space wrap>
                <span id="finished-days">{t('ui.sop.publish.finished')}</span>
                <InputNumber
                  controls={false}
                  aria-labelledby="finished-days"
                  min={0}
                  max={365}
                  value={finished}
                  onChange={setFinished}
                  placeholder="0"
                />
                <span>{t('ui.sop.publish.finished.unit')}</span>
              </Space>
            )}
          </fieldset>
        )}
        {sop.state === 'paused' && (
          <fieldset>
            <legend>{t('ui.sop.publish.paused')}</legend>
            <Select<Resume>
              aria-label={t('ui.sop.publish.paused')}
              value={resume}
              style={{ width: '100%' }}
              options={(['', 'shift', 'skip', 'send'] as const).map((r) => ({
                value: r,
                label: t(`ui.sop.publish.resume.${r || 'stay'}`),
              }))}
              onChange={setResume}
            />
          </fieldset>
        )}
        {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail} />}
      </div>
    </Modal>
  )
}
