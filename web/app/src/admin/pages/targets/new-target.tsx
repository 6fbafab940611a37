import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Form, Input, Modal, Select } from 'antd'
import { useId } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { useChange } from '../../change'
import { Ask } from '../../states'

interface Fields {
  name: string
  template?: string
}

/** A list by hand, or one that follows a ready-made rule. */
export function NewTarget({ close }: { close: () => void }) {
  const form = useId()
  const navigate = useNavigate()
  const templates = useQuery({
    queryKey: ['target-templates'],
    queryFn: () => must(api.GET('/target-lists/templates')),
    staleTime: 300_000,
  })
  const ready = (templates.data?.items ?? []).filter((x) => x.ask === '')
  const create = useChange(
    (body: Schema<'TargetInput'>) => must(api.POST('/target-lists', { body })),
    [['rows', 'target-lists'], ['target-lists']],
  )
  const submit = ({ name, template }: Fields) => {
    const chosen = ready.find((x) => x.key === template)
    const body = chosen ? { name, purposes: chosen.purposes, filter: chosen.filter } : { name }
    create.mutate(body, { onSuccess: ({ id }) => void navigate({ to: `/targets/${id}` as string }) })
  }
  return (
    <Modal
      open
      title={t('ui.targets.new')}
      onCancel={close}
      okButtonProps={{ htmlType: 'submit', form }}
      okText={t('ui.add')}
      confirmLoading={create.isPending}
    >
      <Form<Fields> id={form} layout="vertical" initialValues={{ template: '' }} onFinish={submit}>
        <Form.Item
          name="name"
          label={t('ui.account.name')}
          rules={[{ required: true, whitespace: true, message: t('ui.account.name.need') }]}
        >
          <Input autoFocus maxLength={100} />
        </Form.Item>
        <Ask query={templates} rows={2}>
          {() => (
            <Form.Item name="template" label={t('ui.targets.from')} extra={t('ui.targets.from.hint')}>
              <Select options={[{ value: '', label: t('ui.targets.by-hand') }, ...ready.map((x) => ({ value: x.key, label: x.name }))]} />
            </Form.Item>
          )}
        </Ask>
      </Form>
    </Modal>
  )
}
