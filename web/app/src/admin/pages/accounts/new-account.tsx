import { useNavigate } from '@tanstack/react-router'
import { Form, Input, Modal, Select } from 'antd'
import { useId } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { useChange } from '../../change'
import { clearing } from '../../clear'

type Fields = Pick<Schema<'AccountInput'>, 'name' | 'tier'>

/** A company that is not known yet; a name that is taken is refused, with whose it is. */
export function NewAccount({ close }: { close: () => void }) {
  const form = useId()
  const navigate = useNavigate()
  const create = useChange((body: Fields) => must(api.POST('/accounts', { body })), [['rows']])
  return (
    <Modal
      open
      title={t('ui.accounts.new')}
      onCancel={close}
      okButtonProps={{ htmlType: 'submit', form }}
      okText={t('ui.add')}
      confirmLoading={create.isPending}
    >
      <Form<Fields>
        id={form}
        layout="vertical"
        onFinish={(f) => create.mutate(f, { onSuccess: ({ id }) => void navigate({ to: `/accounts/${id}` as string }) })}
      >
        <Form.Item
          name="name"
          label={t('ui.account.name')}
          rules={[{ required: true, whitespace: true, message: t('ui.account.name.need') }]}
        >
          <Input autoFocus />
        </Form.Item>
        <Form.Item name="tier" label={t('ui.account.tier')}>
          <Select allowClear={clearing()} options={['A', 'B', 'C'].map((value) => ({ value, label: t(`ui.tier.${value}`) }))} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
