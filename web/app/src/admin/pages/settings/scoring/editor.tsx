import { Button, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { api, must } from '../../../../shared/api'
import { t } from '../../../../shared/i18n'
import { useChange } from '../../../change'
import { Backtest } from './backtest'
import { Events } from './events'
import { Fading } from './fading'
import { Fit } from './fit'
import { Intent } from './intent'
import { Marks } from './marks'
import type { Rules, Version } from './rules'
import { Weights } from './weights'

const stale = [['score-rules']]

/** A draft's rules, to be changed, tried and published. */
export function DraftEditor({ draft, published }: { draft: Version; published: () => void }) {
  const id = useId()
  const [rules, setRules] = useState<Rules>(draft.rules)
  const [note, setNote] = useState(draft.note)
  const [job, setJob] = useState<number>()
  const [asking, setAsking] = useState(false)
  const set = (part: Partial<Rules>) => setRules((r) => ({ ...r, ...part }))
  const dirty = rules !== draft.rules || note !== draft.note
  const params = { path: { id: draft.id } }
  const store = () => must(api.PUT('/score-rules/{id}', { params, body: { rules, note } }))
  const save = useChange(store, stale)
  const tryOut = useChange(
    async () => {
      if (dirty) await store()
      return must(api.POST('/score-rules/{id}/try', { params }))
    },
    stale,
    '',
  )
  const publish = useChange(
    async () => {
      if (dirty) await store()
      return must(api.POST('/score-rules/{id}/publish', { params }))
    },
    stale,
    t('ui.score.published'),
  )
  const part = { rules, set, fixed: false }
  return (
    <>
      <div className="sticky-bar" role="toolbar" aria-label={t('ui.score.draft')}>
        <Button onClick={() => save.mutate()} loading={save.isPending} disabled={!dirty}>
          {t('ui.score.save')}
        </Button>
        <Button onClick={() => tryOut.mutate(undefined, { onSuccess: (j) => setJob(j.id) })} loading={tryOut.isPending}>
          {t('ui.score.try')}
        </Button>
        <Button type="primary" onClick={() => setAsking(true)}>
          {t('ui.score.publish')}
        </Button>
        <div className="field grow">
          <label className="unseen" htmlFor={id}>
            {t('ui.score.note')}
          </label>
          <Input id={id} value={note} maxLength={200} placeholder={t('ui.score.note')} onChange={(e) => setNote(e.target.value)} />
        </div>
      </div>
      <Modal
        open={asking}
        destroyOnHidden
        title={t('ui.score.publish.sure')}
        okText={t('ui.score.publish')}
        confirmLoading={publish.isPending}
        onOk={() => publish.mutate(undefined, { onSuccess: published })}
        onCancel={() => setAsking(false)}
      >
        {t(job ? 'ui.score.publish.what' : 'ui.score.publish.untried')}
      </Modal>
      {job !== undefined && <Backtest key={job} job={job} />}
      <Weights {...part} />
      <Fading {...part} />
      <Events {...part} />
      <Intent {...part} />
      <Fit {...part} />
      <Marks {...part} />
    </>
  )
}

/** Rules that hold or have held: to be read only. */
export function RulesView({ rules }: { rules: Rules }) {
  const part = { rules, set: () => undefined, fixed: true }
  return (
    <>
      <Weights {...part} />
      <Fading {...part} />
      <Events {...part} />
      <Intent {...part} />
      <Fit {...part} />
      <Marks {...part} />
    </>
  )
}
