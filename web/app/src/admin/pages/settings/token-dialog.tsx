import { Button, Input, Modal, Segmented } from 'antd'
import { useId, useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { t, word } from '../../../shared/i18n'
import { useChange } from '../../change'
import { Secret } from './secret'

type Role = Schema<'Role'>

const roles: Role[] = ['read', 'admin']

/** Makes a token and shows it, once. */
export function TokenDialog({ close }: { close: () => void }) {
  const id = useId()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('read')
  const make = useChange(() => must(api.POST('/tokens', { body: { name: name.trim(), role } })), [['tokens']], '')
  const made = make.data?.token
  return (
    <Modal
      open
      title={made ? t('ui.set.tokens.ready', { name }) : t('ui.set.tokens.new')}
      onCancel={close}
      mask={{ closable: false }}
      footer={
        made ? (
          <Button type="primary" onClick={close}>
            {t('ui.set.once.done')}
          </Button>
        ) : (
          <Button type="primary" disabled={!name.trim()} loading={make.isPending} onClick={() => make.mutate()}>
            {t('ui.set.tokens.make')}
          </Button>
        )
      }
    >
      {made ? (
        <Secret label={t('ui.set.tokens.text')} text={made} />
      ) : (
        <div className="fields">
          <div className="field">
            <label htmlFor={id}>{t('ui.set.tokens.name')}</label>
            <Input
              id={id}
              autoFocus
              maxLength={60}
              value={name}
              placeholder={t('ui.set.tokens.name.hint')}
              onChange={(e) => setName(e.target.value)}
            />
          </div>
          <div className="field">
            <span className="field-name">{t('ui.set.tokens.role')}</span>
            <Segmented<Role>
              aria-label={t('ui.set.tokens.role')}
              value={role}
              onChange={setRole}
              options={roles.map((value) => ({ value, label: word('ui.role', value) }))}
            />
          </div>
        </div>
      )}
    </Modal>
  )
}
