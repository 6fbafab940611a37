import { Alert, Button, Switch } from 'antd'
import { useState } from 'react'
import { api, must } from '../../../shared/api'
import { formatInstant, t } from '../../../shared/i18n'
import { fill } from '../../../shared/preview/fill'
import { useChange } from '../../change'
import { useMay } from '../../may'
import { Page } from '../../page'
import { Ask, Nothing } from '../../states'
import { Panel } from './panel'
import { useWelcomeName, useWelcomes } from './use-welcomes'
import { WelcomeEditor } from './welcome-editor'
import { byScope, type Scope, type Welcome } from './welcome-rules'
import './welcomes.css'
import { Sure } from '../../sure'

function excerpt({ content }: Welcome): string {
  const names = { name: t('ui.sop.sample.name'), rep: t('ui.sop.sample.rep') }
  return fill(content.text ?? '', names)
    .map((part) => part.text)
    .join('')
}

function Row({ welcome, edit }: { welcome: Welcome; edit: () => void }) {
  const may = useMay()('setWelcome')
  const name = useWelcomeName()(welcome.scope, welcome.key)
  const parts = welcome.content.attachments?.length ?? 0
  const { scope, key, content } = welcome
  const turn = useChange((enabled: boolean) => must(api.PUT('/welcomes', { body: { scope, key, content, enabled } })), [['welcomes']])
  const remove = useChange(() => must(api.DELETE('/welcomes/{id}', { params: { path: { id: welcome.id } } })), [['welcomes']])
  return (
    <li className={welcome.enabled ? undefined : 'welcome-off'}>
      <div className="grow">
        <strong translate={scope === 'default' ? undefined : 'no'}>{name}</strong>
        <div className="welcome-text" translate="no">
          {excerpt(welcome)}
        </div>
        <div className="soft">
          {parts > 0 && `${t('ui.welcome.parts', { n: parts })} · `}
          {t(welcome.enabled ? 'ui.welcome.changed' : 'ui.welcome.off', { at: formatInstant(welcome.updated_at) })}
        </div>
      </div>
      <Switch
        checked={welcome.enabled}
        disabled={!may}
        loading={turn.isPending}
        aria-label={t('ui.welcome.enabled.of', { name })}
        onChange={(on) => turn.mutate(on)}
      />
      <Button size="small" aria-label={t(may ? 'ui.edit.of' : 'ui.welcome.look.of', { name })} onClick={edit}>
        {t(may ? 'ui.edit' : 'ui.welcome.look')}
      </Button>
      {may && (
        <Sure title={t('ui.welcome.delete.sure', { name })} okText={t('ui.welcome.delete')} onConfirm={() => remove.mutate()}>
          <Button danger size="small" loading={remove.isPending} aria-label={t('ui.welcome.delete.of', { name })}>
            {t('ui.welcome.delete')}
          </Button>
        </Sure>
      )}
    </li>
  )
}

function Group({ scope, welcomes, edit }: { scope: Scope; welcomes: Welcome[]; edit: (w: Welcome | Scope) => void }) {
  const may = useMay()('setWelcome')
  const add = may && (scope !== 'default' || welcomes.length === 0) && (
    <Button onClick={() => edit(scope)}>{t(`ui.welcome.add.${scope}`)}</Button>
  )
  return (
    <Panel title={t(`ui.welcome.scope.${scope}`)} lede={t(`ui.welcome.scope.${scope}.lede`)} actions={add}>
      {welcomes.length > 0 && (
        <ul className="list">
          {welcomes.map((w) => (
            <Row key={w.id} welcome={w} edit={() => edit(w)} />
          ))}
        </ul>
      )}
      {welcomes.length === 0 && scope === 'default' && <Alert type="warning" showIcon title={t('ui.welcome.default.none')} />}
      {welcomes.length === 0 && scope !== 'default' && <p className="soft">{t(`ui.welcome.${scope}.none`)}</p>}
    </Panel>
  )
}

/** What customers hear in the first 20 seconds after they have added a rep. */
export function Welcomes() {
  const [editing, setEditing] = useState<Welcome | Scope>()
  const may = useMay()('setWelcome')
  const query = useWelcomes()
  const begin = (
    <Button type="primary" onClick={() => setEditing('default')}>
      {t('ui.welcome.begin')}
    </Button>
  )
  return (
    <Page title={t('ui.welcome')} lede={t('ui.welcome.lede')}>
      <Ask query={query}>
        {(all) => (
          <>
            <ol className="welcome-order" aria-label={t('ui.welcome.order')}>
              {(['sop', 'rep', 'state', 'default'] as const).map((who) => (
                <li key={who}>{t(`ui.welcome.order.${who}`)}</li>
              ))}
            </ol>
            {all.length === 0 ? (
              <Nothing why={t('ui.welcome.none')}>{may && begin}</Nothing>
            ) : (
              byScope(all).map((g) => <Group key={g.scope} scope={g.scope} welcomes={g.welcomes} edit={setEditing} />)
            )}
            {editing && <WelcomeEditor begun={editing} all={all} close={() => setEditing(undefined)} />}
          </>
        )}
      </Ask>
    </Page>
  )
}
