import { Alert, AutoComplete, Button, Select, Switch } from 'antd'
import { useId, useState } from 'react'
import { ApiError, api, must } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { useChange } from '../../change'
import { useMay } from '../../may'
import { ContentField } from '../../sop/content-field'
import { PreviewPane } from '../../sop/preview-pane'
import '../../sop/editor.css'
import { Drawer } from '../../drawer'
import { Ask } from '../../states'
import { useWelcomeName, useWelcomeTargets } from './use-welcomes'
import { type Scope, saysSomething, standing, type Welcome } from './welcome-rules'

interface TargetProps {
  id: string
  scope: 'rep' | 'state'
  value: string
  onChange: (key: string) => void
}

function Target({ id, scope, value, onChange }: TargetProps) {
  const targets = useWelcomeTargets(scope)
  if (!targets.data)
    return (
      <Ask query={targets} rows={1}>
        {() => null}
      </Ask>
    )
  const options = targets.data.map((c) => ({
    value: c.value,
    label: <span translate="no">{c.label}</span>,
    words: c.label.toLowerCase(),
  }))
  if (scope === 'rep')
    return (
      <Select
        id={id}
        value={value || undefined}
        placeholder={t('ui.welcome.rep.pick')}
        showSearch={{ filterOption: (typed, o) => o?.words.includes(typed.toLowerCase()) ?? false }}
        options={options}
        onChange={onChange}
      />
    )
  return (
    <AutoComplete
      id={id}
      value={value}
      maxLength={128}
      placeholder={t('ui.welcome.state.pick')}
      options={options.filter((o) => o.words.includes(value.toLowerCase()))}
      onChange={onChange}
    />
  )
}

interface EditorProps {
  /** The welcome to change, or what a new one is for. */
  begun: Welcome | Scope
  all: Welcome[]
  close: () => void
}

/** A welcome: whom it is for, what it says, and how the customer sees it. */
export function WelcomeEditor({ begun, all, close }: EditorProps) {
  const id = useId()
  const may = useMay()('setWelcome')
  const stored = typeof begun === 'string' ? undefined : begun
  const scope = typeof begun === 'string' ? begun : begun.scope
  const name = useWelcomeName()
  const [key, setKey] = useState(stored?.key ?? '')
  const [content, setContent] = useState<Welcome['content']>(stored?.content ?? { text: '' })
  const [enabled, setEnabled] = useState(stored?.enabled ?? true)
  const save = useChange(() => must(api.PUT('/welcomes', { body: { scope, key: key.trim(), content, enabled } })), [['welcomes']])
  const replaced = stored ? undefined : standing(all, scope, key.trim())
  const faults = save.error instanceof ApiError ? save.error.problem.fields : undefined
  const ready = saysSomething(content) && (scope === 'default' || key.trim() !== '')
  return (
    <Drawer
      open
      size={880}
      title={stored ? t('ui.welcome.of', { name: name(scope, stored.key) }) : t(`ui.welcome.add.${scope}`)}
      onClose={close}
      footer={
        may && (
          <Button type="primary" disabled={!ready} loading={save.isPending} onClick={() => save.mutate(undefined, { onSuccess: close })}>
            {t('ui.save')}
          </Button>
        )
      }
    >
      <div className="step-body">
        <fieldset className="welcome-fields" disabled={!may}>
          {!stored && scope !== 'default' && (
            <div className="field">
              <label className="field-label" htmlFor={id}>
                {t(`ui.welcome.for.${scope}`)}
              </label>
              <Target id={id} scope={scope} value={key} onChange={setKey} />
              {replaced && <div className="field-fault">{t('ui.welcome.replaces')}</div>}
            </div>
          )}
          <ContentField
            channel="welcome"
            content={content}
            fault={faults?.['content.text'] ?? faults?.content}
            autoFocus={Boolean(stored) || scope === 'default'}
            onChange={setContent}
          />
          {faults && Object.keys(faults).some((f) => f.startsWith('content.attachments')) && (
            <Alert type="error" showIcon title={Object.values(faults).join(' · ')} />
          )}
          <p>
            <Switch id={`${id}-on`} checked={enabled} disabled={!may} onChange={setEnabled} />{' '}
            <label htmlFor={`${id}-on`}>{t('ui.welcome.enabled')}</label>
          </p>
          <ul className="welcome-hints soft">
            {(['parts', 'time', 'sop'] as const).map((hint) => (
              <li key={hint}>{t(`ui.welcome.hint.${hint}`)}</li>
            ))}
          </ul>
        </fieldset>
        <PreviewPane channel="welcome" name="" content={content} />
      </div>
    </Drawer>
  )
}
