import { Button } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../../../shared/api'
import { lang, t } from '../../../../shared/i18n'
import { Allowed } from '../../../allowed'
import { useChange } from '../../../change'
import { Panel } from '../panel'
import { NamingFields } from './naming'

type Rung = Schema<'StageDef'>

function Editing({ rung, close }: { rung: Rung; close: () => void }) {
  const [now, setNow] = useState(rung)
  const { key, ...body } = now
  const save = useChange(() => must(api.PUT('/stages/{key}', { params: { path: { key } }, body })), [['stages']])
  return (
    <div className="fields grow">
      <NamingFields stage={now} change={setNow} />
      <div style={{ display: 'flex', gap: 8 }}>
        <Button type="primary" loading={save.isPending} onClick={() => save.mutate(undefined, { onSuccess: close })}>
          {t('ui.save')}
        </Button>
        <Button onClick={close}>{t('ui.cancel')}</Button>
      </div>
    </div>
  )
}

/** The rungs: their place is fixed, their name and owner are the company's. */
export function Ladder({ rungs }: { rungs: Rung[] }) {
  const [editing, setEditing] = useState<string>()
  return (
    <Panel title={t('ui.stages.ladder')} lede={t('ui.stages.ladder.lede')}>
      <ol className="list">
        {rungs.map((rung, i) => {
          const name = lang === 'zh' ? rung.label_zh : rung.label_en
          return (
            <li key={rung.key}>
              {editing === rung.key ? (
                <Editing rung={rung} close={() => setEditing(undefined)} />
              ) : (
                <>
                  <span className="soft" style={{ width: 20 }}>
                    {i + 1}
                  </span>
                  <div className="grow">
                    <strong translate="no">{name}</strong> <span className="soft">{t(`ui.team.${rung.team}`)}</span>
                  </div>
                  <Allowed to="nameStage">
                    <Button size="small" aria-label={t('ui.edit.of', { name })} onClick={() => setEditing(rung.key)}>
                      {t('ui.edit')}
                    </Button>
                  </Allowed>
                </>
              )}
            </li>
          )
        })}
      </ol>
    </Panel>
  )
}
