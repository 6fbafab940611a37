import { CheckCircleFilled, ClockCircleOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useId, useState } from 'react'
import { api, must, type Schema } from '../../../../shared/api'
import { formatInstant, t, word } from '../../../../shared/i18n'
import { Allowed } from '../../../allowed'
import { useChange } from '../../../change'
import { Editable } from '../../../editable'
import { Ask } from '../../../states'
import { Sure } from '../../../sure'
import { useLook } from '../../../theme'
import { NumberField } from '../number-field'
import { Panel } from '../panel'
import type { Rules } from './rule-words'

type Version = Schema<'StageRules'>
type Team = 'marketing' | 'sales'

const acts = [
  'price_asked',
  'trial_opened',
  'trial_activated',
  'visit_booked',
  'meeting_held',
  'form_submitted',
  'event_attended',
  'replied',
]

function Signature({ version, team }: { version: Version; team: Team }) {
  const { palette } = useLook()
  const by = team === 'marketing' ? version.marketing_by : version.sales_by
  const at = team === 'marketing' ? version.marketing_at : version.sales_at
  const sign = useChange(
    () => must(api.POST('/stage-rules/{id}/sign', { params: { path: { id: version.number } }, body: { team } })),
    [['stage-rules']],
    t('ui.stages.signed'),
  )
  return (
    <li>
      <span aria-hidden style={{ color: by ? palette.good : palette.quiet }}>
        {by ? <CheckCircleFilled /> : <ClockCircleOutlined />}
      </span>
      <div className="grow">
        <strong>{t(`ui.team.${team}`)}</strong>{' '}
        {by ? (
          <span>
            <span translate="no">{by}</span> · {at && formatInstant(at)}
          </span>
        ) : (
          <span className="soft">{t('ui.stages.unsigned')}</span>
        )}
      </div>
      {!by && (
        <Allowed to="signStageRules">
          <Button size="small" loading={sign.isPending} onClick={() => sign.mutate()}>
            {t('ui.stages.sign', { team: t(`ui.team.${team}`) })}
          </Button>
        </Allowed>
      )}
    </li>
  )
}

function Diff({ number }: { number: number }) {
  const query = useQuery({
    queryKey: ['stage-rules', 'diff', number],
    queryFn: () => must(api.GET('/stage-rules/{id}/diff', { params: { path: { id: number } } })),
  })
  return (
    <Ask query={query} rows={2}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="soft">{t('ui.stages.diff.none')}</p>
        ) : (
          <ul className="says">
            {items.map((d) => (
              <li key={d.field}>
                {t(`ui.stages.field.${d.field}`)} <del className="soft">{d.from}</del> → <strong>{d.to}</strong>
              </li>
            ))}
          </ul>
        )
      }
    </Ask>
  )
}

/** The next version of the entry rules, until both teams have signed it. */
export function Draft({ version }: { version: Version }) {
  const id = useId()
  const [rules, setRules] = useState<Rules>(version.rules)
  const [note, setNote] = useState(version.note)
  const params = { path: { id: version.number } }
  const dirty = rules !== version.rules || note !== version.note
  const save = useChange(() => must(api.PUT('/stage-rules/{id}', { params, body: { rules, note } })), [['stage-rules']])
  const discard = useChange(() => must(api.DELETE('/stage-rules/{id}', { params })), [['stage-rules']], t('ui.stages.discarded'))
  const mil = (part: Partial<Rules['mil']>) => setRules((r) => ({ ...r, mil: { ...r.mil, ...part } }))
  const mql = (part: Partial<Rules['mql']>) => setRules((r) => ({ ...r, mql: { ...r.mql, ...part } }))
  return (
    <Panel
      title={t('ui.stages.draft', { n: String(version.number) })}
      lede={t('ui.stages.draft.lede')}
      actions={
        <Allowed to="discardStageRules">
          <Sure title={t('ui.stages.discard.sure')} okText={t('ui.stages.discard')} onConfirm={() => discard.mutate()}>
            <Button danger loading={discard.isPending}>
              {t('ui.stages.discard')}
            </Button>
          </Sure>
        </Allowed>
      }
    >
      <Editable by="redraftStageRules">
        <div className="fields">
          <NumberField label={t('ui.stages.field.mil.engagement')} value={rules.mil.engagement} set={(engagement) => mil({ engagement })} />
          <NumberField
            label={t('ui.stages.field.mil.view_seconds')}
            value={rules.mil.view_seconds}
            set={(view_seconds) => mil({ view_seconds })}
          />
          <NumberField label={t('ui.stages.field.mql.score')} value={rules.mql.score} max={100} set={(score) => mql({ score })} />
          <NumberField label={t('ui.stages.field.mql.fit')} value={rules.mql.fit} max={100} set={(fit) => mql({ fit })} />
          <NumberField
            label={t('ui.stages.field.mql.fall_below')}
            value={rules.mql.fall_below}
            max={100}
            set={(fall_below) => mql({ fall_below })}
          />
          <NumberField
            label={t('ui.stages.field.mql.fall_after_days')}
            value={rules.mql.fall_after_days}
            max={365}
            set={(fall_after_days) => mql({ fall_after_days })}
          />
          <div className="field" style={{ gridColumn: '1 / -1' }}>
            <label htmlFor={`${id}-acts`}>{t('ui.stages.field.mql.actions')}</label>
            <Select
              id={`${id}-acts`}
              mode="multiple"
              value={rules.mql.actions ?? []}
              onChange={(actions: string[]) => mql({ actions })}
              options={acts.map((value) => ({ value, label: word('activity', value) }))}
            />
          </div>
          <div className="field" style={{ gridColumn: '1 / -1' }}>
            <label htmlFor={`${id}-note`}>{t('ui.stages.note')}</label>
            <Input id={`${id}-note`} value={note} maxLength={200} onChange={(e) => setNote(e.target.value)} />
          </div>
        </div>
      </Editable>
      <Allowed to="redraftStageRules">
        <p>
          <Button type="primary" disabled={!dirty} loading={save.isPending} onClick={() => save.mutate()}>
            {t('ui.stages.save')}
          </Button>
        </p>
      </Allowed>
      <h3>{t('ui.stages.diff')}</h3>
      <Diff number={version.number} />
      <h3>{t('ui.stages.signatures')}</h3>
      <ul className="list">
        <Signature version={version} team="marketing" />
        <Signature version={version} team="sales" />
      </ul>
    </Panel>
  )
}
