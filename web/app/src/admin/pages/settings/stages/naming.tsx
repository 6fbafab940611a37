import { Input, Select } from 'antd'
import { useId } from 'react'
import type { Schema } from '../../../../shared/api'
import { t } from '../../../../shared/i18n'

type Stage = Schema<'StageDef'>

const teams: Stage['team'][] = ['marketing', 'sdr', 'sales', 'success']

/** What a stage is called in both languages, and whose it is. */
export function NamingFields({ stage, change }: { stage: Stage; change: (to: Stage) => void }) {
  const id = useId()
  return (
    <>
      {(['label_zh', 'label_en'] as const).map((k) => (
        <div key={k} className="field">
          <label htmlFor={`${id}-${k}`}>{t(`ui.stages.${k}`)}</label>
          <Input id={`${id}-${k}`} maxLength={30} value={stage[k]} onChange={(e) => change({ ...stage, [k]: e.target.value })} />
        </div>
      ))}
      <div className="field">
        <label htmlFor={`${id}-team`}>{t('ui.stages.team')}</label>
        <Select
          id={`${id}-team`}
          value={stage.team}
          onChange={(team) => change({ ...stage, team })}
          options={teams.map((value) => ({ value, label: t(`ui.team.${value}`) }))}
        />
      </div>
    </>
  )
}
