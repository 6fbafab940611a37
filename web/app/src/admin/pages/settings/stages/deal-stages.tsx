import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../../../shared/api'
import { lang, t } from '../../../../shared/i18n'
import { Allowed } from '../../../allowed'
import { useChange } from '../../../change'
import { Editable } from '../../../editable'
import { Panel } from '../panel'
import { moved } from '../scoring/rules'
import { NamingFields } from './naming'

type Stage = Schema<'StageDef'>

const least = 5
const most = 7

const freeKey = (list: Stage[]): string => {
  let n = list.length + 1
  while (list.some((s) => s.key === `stage_${n}`)) n++
  return `stage_${n}`
}

/** The deals' own stages, five to seven. */
export function DealStages({ stored }: { stored: Stage[] }) {
  const [list, setList] = useState(stored)
  const save = useChange(() => must(api.PUT('/opportunity-stages', { body: { stages: list } })), [['stages']])
  const add = () => setList([...list, { key: freeKey(list), team: 'sales', label_zh: '', label_en: '' }])
  return (
    <Panel title={t('ui.stages.deals')} lede={t('ui.stages.deals.lede', { least, most })}>
      <Editable by="setOpportunityStages">
        <ol className="list">
          {list.map((stage, i) => {
            const name = (lang === 'zh' ? stage.label_zh : stage.label_en) || String(i + 1)
            return (
              <li key={stage.key}>
                <div className="fields grow">
                  <NamingFields stage={stage} change={(to) => setList(list.with(i, to))} />
                </div>
                <Allowed to="setOpportunityStages">
                  <span className="row-actions">
                    <Button
                      type="text"
                      icon={<ArrowUpOutlined />}
                      aria-label={t('ui.up.of', { name })}
                      onClick={() => setList(moved(list, i, -1))}
                    />
                    <Button
                      type="text"
                      icon={<ArrowDownOutlined />}
                      aria-label={t('ui.down.of', { name })}
                      onClick={() => setList(moved(list, i, 1))}
                    />
                    <Button
                      type="text"
                      danger
                      icon={<DeleteOutlined />}
                      aria-label={t('ui.remove.of', { name })}
                      disabled={list.length <= least}
                      onClick={() => setList(list.toSpliced(i, 1))}
                    />
                  </span>
                </Allowed>
              </li>
            )
          })}
        </ol>
      </Editable>
      <Allowed to="setOpportunityStages">
        <div style={{ display: 'flex', gap: 8 }}>
          <Button type="primary" disabled={list === stored} loading={save.isPending} onClick={() => save.mutate()}>
            {t('ui.save')}
          </Button>
          <Button disabled={list.length >= most} onClick={add}>
            {t('ui.stages.deals.add')}
          </Button>
        </div>
      </Allowed>
    </Panel>
  )
}
