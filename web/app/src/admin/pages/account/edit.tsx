import { Button, Checkbox, Form, Input, InputNumber, Select } from 'antd'
import { type ReactNode, useId } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { t, word } from '../../../shared/i18n'
import { useChange } from '../../change'
import { Drawer } from '../../drawer'
import { type Rep, useReps } from '../../people/reps'
import { Ask } from '../../states'

type Account = Schema<'Account'>
type AccountFields = Schema<'AccountInput'>

const tiers = ['A', 'B', 'C', ''] as const
const lifecycles = ['prospect', 'customer', 'former', 'partner', 'competitor'] as const
const charges = ['owner_id', 'owner_backup_id', 'sdr_id', 'sdr_backup_id'] as const

const nobody = { value: 0, title: t('ui.rep.nobody'), label: t('ui.rep.nobody') as ReactNode }
const choice = (r: Rep) => ({ value: r.id, title: r.name, label: <span translate="no">{r.name}</span> })

/** What is said of an account, and who of ours works on it. */
export function EditAccount({ account, close }: { account: Account; close: () => void }) {
  const id = useId()
  const reps = useReps()
  const save = useChange(
    (f: AccountFields) =>
      must(api.PUT('/accounts/{id}', { params: { path: { id: account.id } }, body: { ...f, version: account.version } })),
    [['account', account.id], ['rows']],
  )
  return (
    <Drawer
      open
      size={480}
      title={t('ui.account.edit')}
      onClose={close}
      extra={
        <Button type="primary" disabled={!reps.data} loading={save.isPending} htmlType="submit" form={id}>
          {t('ui.save')}
        </Button>
      }
    >
      <Ask query={reps} rows={14}>
        {(reps) => (
          <Form<AccountFields> id={id} layout="vertical" initialValues={account} onFinish={(f) => save.mutate(f, { onSuccess: close })}>
            <Form.Item
              name="name"
              label={t('ui.account.name')}
              rules={[{ required: true, whitespace: true, message: t('ui.account.name.need') }]}
            >
              <Input />
            </Form.Item>
            <div className="form-fields">
              <Form.Item name="tier" label={t('ui.account.tier')}>
                <Select options={tiers.map((value) => ({ value, label: value ? t(`ui.tier.${value}`) : t('ui.tier.none') }))} />
              </Form.Item>
              <Form.Item name="lifecycle" label={t('ui.account.lifecycle')}>
                <Select options={lifecycles.map((value) => ({ value, label: word('filter.word.lifecycle', value) }))} />
              </Form.Item>
            </div>
            <div className="form-fields in-pairs">
              {charges.map((name) => (
                <Form.Item key={name} name={name} label={t(`ui.account.${name}`)}>
                  <Select showSearch={{ optionFilterProp: 'title' }} options={[nobody, ...reps.map(choice)]} />
                </Form.Item>
              ))}
            </div>
            <div className="form-fields">
              <Form.Item name="industry" label={t('ui.account.industry')}>
                <Input />
              </Form.Item>
              <Form.Item name="region" label={t('ui.account.region')}>
                <Input />
              </Form.Item>
              <Form.Item name="employees" label={t('ui.account.employees')}>
                <InputNumber controls={false} min={0} className="full-width" />
              </Form.Item>
              <Form.Item name="acv" label={t('ui.account.acv')}>
                <InputNumber controls={false} min={0} className="full-width" />
              </Form.Item>
              <Form.Item name="tech_spend" label={t('ui.account.tech_spend')}>
                <InputNumber controls={false} min={0} className="full-width" />
              </Form.Item>
              <Form.Item name="credit_code" label={t('ui.account.credit_code')}>
                <Input maxLength={18} />
              </Form.Item>
            </div>
            <Form.Item name="strategic" valuePropName="checked">
              <Checkbox>{t('ui.account.strategic')}</Checkbox>
            </Form.Item>
          </Form>
        )}
      </Ask>
    </Drawer>
  )
}
