import { useQuery } from '@tanstack/react-query'
import { Button, Progress } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { formatShare, t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { Go } from '../../ops/go'
import { Page } from '../../page'
import { Ask, Nothing } from '../../states'
import { Panel } from './panel'
import { SourceDialog } from './source-dialog'

type Source = Schema<'LeadSource'>

function Row({ source, edit }: { source: Source; edit: () => void }) {
  const quality = Math.round(source.outcome ?? source.weight)
  return (
    <li>
      <div className="grow">
        <strong translate="no">{source.name}</strong> <span className="soft">{t(`ui.routing.origin.${source.origin}`)}</span>
        <div className="soft">
          {source.leads > 0 && source.rate ? (
            <Go to="/contacts" search={{ source: source.code, added_days: 365 }}>
              {t('ui.sources.came', {
                n: source.leads,
                won: source.won,
                low: formatShare(source.rate.low),
                high: formatShare(source.rate.high),
              })}
            </Go>
          ) : (
            t('ui.sources.none-came')
          )}
        </div>
      </div>
      <div style={{ width: 190 }}>
        <span className="soft">{t(source.outcome === null ? 'ui.sources.weight' : 'ui.sources.outcome')}</span>
        <Progress
          strokeColor="var(--brand)"
          percent={quality}
          format={(n) => n}
          aria-label={t('ui.sources.quality', { name: source.name })}
          size="small"
        />
      </div>
      <Allowed to="updateSource">
        <Button size="small" aria-label={t('ui.edit.of', { name: source.name })} onClick={edit}>
          {t('ui.edit')}
        </Button>
      </Allowed>
    </li>
  )
}

/** Where leads come from and what each source is worth. */
export function Sources() {
  const [editing, setEditing] = useState<Source | 'new'>()
  const query = useQuery({ queryKey: ['sources'], queryFn: () => must(api.GET('/sources')) })
  const add = (
    <Allowed to="createSource">
      <Button type="primary" onClick={() => setEditing('new')}>
        {t('ui.sources.new')}
      </Button>
    </Allowed>
  )
  return (
    <Page title={t('ui.set.sources')} lede={t('ui.set.sources.lede')} actions={add}>
      <Ask query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing why={t('ui.sources.none')}>{add}</Nothing>
          ) : (
            <Panel title={t('ui.sources.list')} lede={t('ui.sources.list.lede')}>
              <ol className="list">
                {items.map((s) => (
                  <Row key={s.id} source={s} edit={() => setEditing(s)} />
                ))}
              </ol>
            </Panel>
          )
        }
      </Ask>
      {editing && <SourceDialog source={editing === 'new' ? undefined : editing} close={() => setEditing(undefined)} />}
    </Page>
  )
}
