import { useQuery } from '@tanstack/react-query'
import { Button, Form, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { api, must } from '../../../shared/api'
import { formatInstant, t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { useChange } from '../../change'
import { AccountName } from '../../people/account-name'
import { AccountPicker } from '../../people/account-picker'
import { Field } from '../../sop/field'
import { Ask } from '../../states'
import type { Account } from './shape'

/** The account is the same as another, or two in one: both ways can be taken back. */
export function Merges({ page }: { page: Account }) {
  const { id, name } = page.account
  const [open, setOpen] = useState<'merge' | 'split'>()
  const query = useQuery({
    queryKey: ['account', id, 'merges'],
    queryFn: () => must(api.GET('/accounts/{id}/merges', { params: { path: { id } } })),
  })
  const undo = useChange((merge: number) => api.POST('/account-merges/{id}/undo', { params: { path: { id: merge } } }), [['account']])
  return (
    <>
      <h3>{t('ui.merge.title')}</h3>
      <p>
        <Allowed to="mergeAccount">
          <Button size="small" onClick={() => setOpen('merge')}>
            {t('ui.merge.merge')}
          </Button>{' '}
        </Allowed>
        <Allowed to="splitAccount">
          <Button size="small" onClick={() => setOpen('split')} disabled={page.people.every((p) => !p.present)}>
            {t('ui.merge.split')}
          </Button>
        </Allowed>
      </p>
      <Ask query={query} rows={1}>
        {({ items }) => (
          <ul className="plain-list">
            {items.length === 0 && <li className="soft">{t('ui.merge.none')}</li>}
            {items.map((m) => (
              <li key={m.id}>
                {m.from_id === id ? t('ui.merge.into') : t('ui.merge.took')}{' '}
                <AccountName
                  avatar={false}
                  id={m.from_id === id ? m.into_id : m.from_id}
                  name={m.from_id === id ? m.into_name : m.from_name}
                />{' '}
                <span className="soft">
                  <span translate="no">{m.author}</span> · {formatInstant(m.created_at)}
                </span>{' '}
                {m.undone_at ? (
                  <span className="soft">{t('ui.merge.undone')}</span>
                ) : (
                  <Allowed to="undoMerge">
                    <Button size="small" type="link" onClick={() => undo.mutate(m.id)}>
                      {t('ui.undo')}
                    </Button>
                  </Allowed>
                )}
              </li>
            ))}
          </ul>
        )}
      </Ask>
      {open === 'merge' && <MergeDialog id={id} name={name} close={() => setOpen(undefined)} />}
      {open === 'split' && <SplitDialog page={page} close={() => setOpen(undefined)} />}
    </>
  )
}

function MergeDialog({ id, name, close }: { id: number; name: string; close: () => void }) {
  const [into, setInto] = useState<number>()
  const merge = useChange(
    (target: number) => must(api.POST('/accounts/{id}/merge', { params: { path: { id } }, body: { into: target } })),
    [['account'], ['rows']],
  )
  return (
    <Modal
      open
      title={t('ui.merge.merge.title')}
      onCancel={close}
      onOk={() => into !== undefined && merge.mutate(into, { onSuccess: close })}
      confirmLoading={merge.isPending}
      okText={t('ui.merge.merge')}
      okButtonProps={{ disabled: into === undefined || into === id }}
    >
      <p>
        <strong translate="no">{name}</strong> {t('ui.merge.explain')}
      </p>
      <p className="soft">{t('ui.merge.undoable')}</p>
      <Field label={t('ui.merge.other')}>
        {({ id: control }) => <AccountPicker id={control} value={into} onChange={setInto} label={t('ui.merge.other')} />}
      </Field>
    </Modal>
  )
}

interface SplitFields {
  into: number
  people: number[]
}

function SplitDialog({ page, close }: { page: Account; close: () => void }) {
  const form = useId()
  const { id } = page.account
  const split = useChange(
    (f: SplitFields) => api.POST('/accounts/{id}/split', { params: { path: { id } }, body: { into: f.into, contact_ids: f.people } }),
    [['account'], ['rows']],
  )
  return (
    <Modal
      open
      title={t('ui.merge.split.title')}
      onCancel={close}
      okButtonProps={{ htmlType: 'submit', form }}
      okText={t('ui.merge.split')}
      confirmLoading={split.isPending}
    >
      <p>{t('ui.merge.split.explain')}</p>
      <Form<SplitFields> id={form} layout="vertical" onFinish={(f) => split.mutate(f, { onSuccess: close })}>
        <Form.Item name="people" label={t('ui.merge.people')} rules={[{ required: true, message: t('ui.merge.people.need') }]}>
          <Select
            mode="multiple"
            showSearch={{ optionFilterProp: 'title' }}
            options={page.people
              .filter((p) => p.present)
              .map((p) => ({ value: p.id, title: p.name, label: <span translate="no">{p.name}</span> }))}
          />
        </Form.Item>
        <Form.Item name="into" label={t('ui.merge.other')} rules={[{ required: true, message: t('ui.merge.other.need') }]}>
          <AccountPicker label={t('ui.merge.other')} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
