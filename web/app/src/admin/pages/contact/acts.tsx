import { Button, Form, Input, InputNumber, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { t, word } from '../../../shared/i18n'
import { rungOf, useStageWord } from '../../../shared/stages'
import { Allowed } from '../../allowed'
import { useChange } from '../../change'

const outcomes = [
  'conversation_logged',
  'call_answered',
  'price_asked',
  'visit_booked',
  'meeting_held',
  'trial_opened',
  'need_answered',
  'declined',
] as const
const needs = ['budget', 'authority', 'need', 'timing'] as const
const steps = ['mal', 'mil', 'mql', 'sal', 'sql', 'lost'] as const
const losses = [
  'not_fit',
  'no_need',
  'no_budget',
  'no_authority',
  'bad_timing',
  'competitor',
  'price',
  'no_response',
  'wrong_contact',
  'duplicate',
  'other',
] as const

interface Outcome {
  kind: (typeof outcomes)[number]
  seconds?: number
  key?: (typeof needs)[number]
  answer?: string
}

/** What one does with a contact: log what came of a talk, move them on the ladder. */
export function Acts({ contact }: { contact: Schema<'Contact'> }) {
  const [open, setOpen] = useState<'outcome' | 'stage'>()
  const close = () => setOpen(undefined)
  return (
    <>
      <Allowed to="logActivity">
        <Button type="primary" onClick={() => setOpen('outcome')}>
          {t('ui.act.outcome')}
        </Button>
      </Allowed>
      <Allowed to="moveContact">
        <Button onClick={() => setOpen('stage')}>{t('ui.act.stage')}</Button>
      </Allowed>
      {open === 'outcome' && <LogOutcome contact={contact} close={close} />}
      {open === 'stage' && <MoveStage contact={contact} close={close} />}
    </>
  )
}

interface DialogProps {
  contact: Schema<'Contact'>
  close: () => void
}

function LogOutcome({ contact, close }: DialogProps) {
  const { id } = contact
  const formId = useId()
  const [form] = Form.useForm<Outcome>()
  const kind = Form.useWatch('kind', form)
  const rep = contact.relationships.find((r) => r.state === 'active')?.rep_id
  const log = useChange(
    (f: Outcome) => api.POST('/contacts/{id}/activities', { params: { path: { id } }, body: { ...f, rep_id: rep } }),
    [['contact', id], ['account'], ['rows']],
  )
  return (
    <Modal
      open
      title={t('ui.act.outcome')}
      onCancel={close}
      okButtonProps={{ htmlType: 'submit', form: formId }}
      okText={t('ui.act.log')}
      confirmLoading={log.isPending}
    >
      <Form<Outcome>
        id={formId}
        form={form}
        layout="vertical"
        initialValues={{ kind: 'conversation_logged' }}
        onFinish={(f) => log.mutate(f, { onSuccess: close })}
      >
        <Form.Item name="kind" label={t('ui.act.what')}>
          <Select options={outcomes.map((value) => ({ value, label: word('activity', value) }))} />
        </Form.Item>
        {kind === 'call_answered' && (
          <Form.Item name="seconds" label={t('ui.act.seconds')}>
            <InputNumber controls={false} min={1} max={86400} />
          </Form.Item>
        )}
        {kind === 'need_answered' && (
          <>
            <Form.Item name="key" label={t('ui.act.need')} rules={[{ required: true, message: t('ui.act.need.choose') }]}>
              <Select options={needs.map((value) => ({ value, label: t(`ui.need.${value}`) }))} />
            </Form.Item>
            <Form.Item
              name="answer"
              label={t('ui.act.answer')}
              rules={[{ required: true, whitespace: true, message: t('ui.act.answer.need') }]}
            >
              <Input maxLength={200} />
            </Form.Item>
          </>
        )}
      </Form>
    </Modal>
  )
}

interface Move {
  to: (typeof steps)[number]
  reason?: (typeof losses)[number]
  needs?: Record<string, string>
}

function MoveStage({ contact, close }: DialogProps) {
  const { id } = contact
  const formId = useId()
  const [form] = Form.useForm<Move>()
  const to = Form.useWatch('to', form)
  const name = useStageWord()
  const back = to === 'lost' || (to !== undefined && rungOf(to) < rungOf(contact.stage))
  const move = useChange(
    ({ needs: answers, ...f }: Move) => {
      const given = Object.fromEntries(Object.entries(answers ?? {}).filter(([, v]) => v))
      return must(
        api.POST('/contacts/{id}/stage', { params: { path: { id } }, body: Object.keys(given).length > 0 ? { ...f, needs: given } : f }),
      )
    },
    [['contact', id], ['account'], ['rows']],
  )
  return (
    <Modal
      open
      title={t('ui.act.stage')}
      onCancel={close}
      okButtonProps={{ htmlType: 'submit', form: formId }}
      okText={t('ui.act.move')}
      confirmLoading={move.isPending}
    >
      <p className="soft">{t('ui.act.stage.hint')}</p>
      <Form<Move> id={formId} form={form} layout="vertical" onFinish={(f) => move.mutate(f, { onSuccess: close })}>
        <Form.Item name="to" label={t('ui.stage')} rules={[{ required: true, message: t('ui.act.stage.need') }]}>
          <Select options={steps.filter((s) => s !== contact.stage).map((value) => ({ value, label: name(value) }))} />
        </Form.Item>
        {back && (
          <Form.Item name="reason" label={t('ui.act.reason')} rules={[{ required: true, message: t('ui.act.reason.need') }]}>
            <Select options={losses.map((value) => ({ value, label: word('loss', value) }))} />
          </Form.Item>
        )}
        {to === 'sql' &&
          needs.map((n) => (
            <Form.Item key={n} name={['needs', n]} label={t(`ui.need.${n}`)}>
              <Input maxLength={200} />
            </Form.Item>
          ))}
      </Form>
    </Modal>
  )
}
