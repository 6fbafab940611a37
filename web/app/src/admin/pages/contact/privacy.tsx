import { Button, Form, Input, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { Card } from '../../card'
import { useChange } from '../../change'
import { useMay } from '../../may'

const reasons = ['requested', 'withdrawn', 'ended', 'mistaken'] as const

/** What is kept about the person: to hand out, or to erase. For administrators. */
export function Privacy({ contact }: { contact: Schema<'Contact'> }) {
  const may = useMay()
  const [open, setOpen] = useState(false)
  if (!may('erasePerson')) return null
  return (
    <Card title={t('ui.privacy.title')}>
      <p className="soft">{t('ui.privacy.hint')}</p>
      <p>
        <Button size="small" href={`/api/v1/contacts/${contact.id}/personal-data`} download={`contact-${contact.id}.json`}>
          {t('ui.privacy.export')}
        </Button>{' '}
        <Button size="small" disabled={contact.erased_at !== null} onClick={() => setOpen(true)}>
          {t('ui.privacy.erase')}
        </Button>
      </p>
      {open && <Erase contact={contact} close={() => setOpen(false)} />}
    </Card>
  )
}

interface EraseFields {
  confirm: string
  reason: (typeof reasons)[number]
}

function Erase({ contact, close }: { contact: Schema<'Contact'>; close: () => void }) {
  const { id, external_userid } = contact
  const form = useId()
  const erase = useChange(
    (body: EraseFields) => must(api.POST('/contacts/{id}/erase', { params: { path: { id } }, body })),
    [['contact', id], ['rows']],
  )
  return (
    <Modal
      open
      title={t('ui.privacy.erase')}
      onCancel={close}
      okText={t('ui.privacy.erase')}
      okButtonProps={{ danger: true, htmlType: 'submit', form }}
      confirmLoading={erase.isPending}
    >
      <p>{t('ui.privacy.erase.hint')}</p>
      <Form<EraseFields> id={form} layout="vertical" onFinish={(f) => erase.mutate(f, { onSuccess: close })}>
        <Form.Item name="reason" label={t('ui.act.reason')} rules={[{ required: true, message: t('ui.act.reason.need') }]}>
          <Select options={reasons.map((value) => ({ value, label: t(`ui.privacy.reason.${value}`) }))} />
        </Form.Item>
        <Form.Item
          name="confirm"
          label={
            <span>
              {t('ui.privacy.confirm')} <code translate="no">{external_userid}</code>
            </span>
          }
          rules={[
            { validator: (_, v) => (v === external_userid ? Promise.resolve() : Promise.reject(new Error(t('ui.privacy.confirm.wrong')))) },
          ]}
        >
          <Input autoComplete="off" />
        </Form.Item>
      </Form>
    </Modal>
  )
}
