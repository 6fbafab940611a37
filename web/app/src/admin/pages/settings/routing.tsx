import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Checkbox, InputNumber, Select, Switch } from 'antd'
import { useId, useState } from 'react'
import { api, must } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { useChange } from '../../change'
import { Editable } from '../../editable'
import { useMay } from '../../may'
import { Page } from '../../page'
import { useReps } from '../../people/reps'
import { Ask } from '../../states'
import { DryRun } from './dry-run'
import { Panel } from './panel'
import { conditionsOf, type RoutingRule, type Routing as Rules, takesAll, withRule } from './routing-rules'
import { moved } from './scoring/rules'

const origins = ['marketing', 'rep', 'partner', 'other']
const routes = ['rep', 'sdr', 'nurture']

function sentence(rule: RoutingRule): string {
  const parts = conditionsOf(rule).map(({ key, list, n }) => {
    const words = key === 'origins' ? list?.map((o) => t(`ui.routing.origin.${o}`)) : list
    return t(`ui.routing.if.${key}`, { list: words?.join(t('ui.comma')) ?? '', n: n ?? 0 })
  })
  const who = parts.length > 0 ? parts.join(t('ui.routing.and')) : t('ui.routing.if.all')
  return t('ui.routing.says', { who, route: t(`ui.routing.route.${rule.route}`) })
}

interface RowProps {
  rule: RoutingRule
  place: number
  last: boolean
  change: (rule: RoutingRule) => void
  move: (by: number) => void
  remove: () => void
}

function Row({ rule, place, last, change, move, remove }: RowProps) {
  const may = useMay()
  const name = t('ui.routing.rule', { n: place })
  return (
    <li>
      <strong style={{ width: 20 }}>{place}</strong>
      <div className="grow">
        <div className="says">{sentence(rule)}</div>
        <div className="rule-fields">
          {!last && (
            <>
              <Select
                mode="multiple"
                aria-label={t('ui.routing.origins.of', { name })}
                placeholder={t('ui.routing.origins')}
                value={rule.origins ?? []}
                onChange={(list: string[]) => change({ ...rule, origins: list })}
                options={origins.map((value) => ({ value, label: t(`ui.routing.origin.${value}`) }))}
                style={{ minWidth: 170 }}
              />
              <InputNumber
                controls={false}
                aria-label={t('ui.routing.quality.of', { name })}
                placeholder={t('ui.routing.quality')}
                min={0}
                max={100}
                value={rule.min_quality || null}
                onChange={(n) => change({ ...rule, min_quality: n ?? 0 })}
                style={{ width: 130 }}
              />
              <Checkbox checked={rule.target_account} onChange={(e) => change({ ...rule, target_account: e.target.checked })}>
                {t('ui.routing.target')}
              </Checkbox>
            </>
          )}
          <Select
            aria-label={t('ui.routing.route.of', { name })}
            value={rule.route}
            onChange={(route) => change({ ...rule, route })}
            options={routes.map((value) => ({ value, label: t(`ui.routing.route.${value}`) }))}
            style={{ minWidth: 150 }}
          />
        </div>
      </div>
      {!last && may('setRouting') && (
        <span className="row-actions">
          <Button type="text" icon={<ArrowUpOutlined />} aria-label={t('ui.up.of', { name })} onClick={() => move(-1)} />
          <Button type="text" icon={<ArrowDownOutlined />} aria-label={t('ui.down.of', { name })} onClick={() => move(1)} />
          <Button type="text" danger icon={<DeleteOutlined />} aria-label={t('ui.remove.of', { name })} onClick={remove} />
        </span>
      )}
    </li>
  )
}

function Editor({ stored }: { stored: Rules }) {
  const id = useId()
  const reps = useReps()
  const [rules, setRules] = useState(stored)
  const list = rules.rules
  const put = (next: RoutingRule[]) => {
    // Whoever fits no other rule must still go somewhere.
    const last = next.at(-1)
    if (last && takesAll(last)) setRules({ ...rules, rules: next })
  }
  const save = useChange(() => must(api.PUT('/routing', { body: rules })), [['routing']])
  return (
    <>
      <Panel
        title={t('ui.routing.rules')}
        lede={t('ui.routing.rules.lede')}
        actions={
          <Allowed to="setRouting">
            <Button onClick={() => put(withRule(list))}>{t('ui.routing.add')}</Button>
            <Button type="primary" disabled={rules === stored} loading={save.isPending} onClick={() => save.mutate()}>
              {t('ui.routing.save')}
            </Button>
          </Allowed>
        }
      >
        <Editable by="setRouting">
          <ol className="list">
            {list.map((rule, i) => (
              <Row
                key={rule.key}
                rule={rule}
                place={i + 1}
                last={i === list.length - 1}
                change={(to) => put(list.with(i, to))}
                move={(by) => put(moved(list, i, by))}
                remove={() => put(list.toSpliced(i, 1))}
              />
            ))}
          </ol>
          <div className="field" style={{ marginTop: 12 }}>
            <label htmlFor={`${id}-pool`}>{t('ui.routing.pool')}</label>
            <Select
              id={`${id}-pool`}
              mode="multiple"
              loading={reps.isPending}
              value={rules.pool ?? []}
              onChange={(pool: number[]) => setRules({ ...rules, pool })}
              options={reps.data?.filter((r) => !r.left_at).map((r) => ({ value: r.id, label: <span translate="no">{r.name}</span> }))}
              optionFilterProp="title"
            />
          </div>
          <p>
            <Switch id={`${id}-outcome`} checked={rules.by_outcome} onChange={(by_outcome) => setRules({ ...rules, by_outcome })} />{' '}
            <label htmlFor={`${id}-outcome`}>{t('ui.routing.by-outcome')}</label>
          </p>
        </Editable>
      </Panel>
      <Allowed to="tryRouting">
        <DryRun rules={rules} />
      </Allowed>
    </>
  )
}

/** Who gets new leads. */
export function RoutingPage() {
  const query = useQuery({ queryKey: ['routing'], queryFn: () => must(api.GET('/routing')) })
  return (
    <Page title={t('ui.set.routing')} lede={t('ui.set.routing.lede')}>
      <Ask query={query}>{({ version, rules }) => <Editor key={version} stored={rules} />}</Ask>
    </Page>
  )
}
