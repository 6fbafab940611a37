import { Alert, Checkbox, Modal, Radio, Segmented, TreeSelect } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { t, word } from '../../../shared/i18n'
import { useChange } from '../../change'
import { Ask } from '../../states'
import { treeOf, useDepartments } from './departments'
import { reaches, reachFor, roles } from './user-rules'

type Role = Schema<'Role'>
type Reach = Schema<'Reach'>

/** Gives a member a role, and says whose customers they see. */
export function UserDialog({ user, close }: { user: Schema<'User'>; close: () => void }) {
  const name = user.name || user.userid
  const [role, setRole] = useState<Role>(user.role || 'read')
  const [reach, setReach] = useState<Reach>(reachFor(user.role || 'read', user.reach))
  const [chosen, setChosen] = useState(user.department_ids)
  const [blocked, setBlocked] = useState(user.blocked)
  const departments = useDepartments()
  const save = useChange(
    () =>
      must(
        api.PUT('/users/{id}', {
          params: { path: { id: user.rep_id } },
          body: { role, reach, department_ids: reach === 'departments' ? chosen : [], blocked },
        }),
      ).then(close),
    [['rows', 'users']],
    t('ui.users.saved', { name }),
  )
  const change = (next: Role) => {
    setRole(next)
    setReach(reachFor(next, reach))
  }
  return (
    <Modal
      open
      title={<span translate="no">{name}</span>}
      okText={t('ui.users.save')}
      cancelText={t('ui.users.cancel')}
      onOk={() => save.mutate()}
      onCancel={close}
      okButtonProps={{ disabled: reach === 'departments' && chosen.length === 0, loading: save.isPending }}
    >
      <fieldset className="user-roles">
        <legend>{t('ui.users.role')}</legend>
        <Radio.Group value={role} onChange={(e) => change(e.target.value)}>
          {roles.map((r) => (
            <Radio key={r} value={r}>
              {word('ui.role', r)} <span className="soft">{t(`ui.role.${r}.hint`)}</span>
            </Radio>
          ))}
        </Radio.Group>
      </fieldset>
      {reaches[role].length > 1 && (
        <div className="field">
          <span className="field-name">{t('ui.reach')}</span>
          <Segmented<Reach>
            aria-label={t('ui.reach')}
            value={reach}
            onChange={setReach}
            options={reaches[role].map((value) => ({ value, label: t(`ui.reach.${value}`) }))}
          />
        </div>
      )}
      {reach === 'departments' && (
        <div className="field user-departments" translate="no">
          <label htmlFor="user-departments" translate="yes">
            {t('ui.users.departments')}
          </label>
          <Ask query={departments} rows={1}>
            {(all) => (
              <TreeSelect<number[]>
                id="user-departments"
                multiple
                treeDefaultExpandAll
                showSearch={{ treeNodeFilterProp: 'title' }}
                value={chosen}
                onChange={setChosen}
                treeData={treeOf(all)}
              />
            )}
          </Ask>
        </div>
      )}
      <Checkbox className="user-block" checked={blocked} onChange={(e) => setBlocked(e.target.checked)}>
        {t('ui.users.block')}
      </Checkbox>
      <Alert type="info" showIcon title={t('ui.users.warn')} />
    </Modal>
  )
}
