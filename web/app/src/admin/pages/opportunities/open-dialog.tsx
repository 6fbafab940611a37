import { Button, Input, InputNumber, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { ApiError, api, must, type Schema } from '../../../shared/api'
import { t, word } from '../../../shared/i18n'
import { useStages, useStageWord } from '../../../shared/stages'
import { useChange } from '../../change'
import { clearing } from '../../clear'
import { AccountPicker } from '../../people/account-picker'
import { useReps } from '../../people/reps'
import { Field } from '../../sop/field'
import { Ask } from '../../states'
import { together } from '../../together'
import { blankDeal, type Opening, openingBody, openingReady } from './opening'
import './board.css'

const kinds: Schema<'OpportunityKind'>[] = ['new', 'upsell', 'cross-sell', 'renewal']

interface OpenProps {
  /** Known where the dialog is opened from a company. */
  accountId?: number
  close: () => void
}

/** Opens a deal: with whom, about what, how much, and who looks after it. */
export function OpenDialog({ accountId, close }: OpenProps) {
  const form = useId()
  const [deal, setDeal] = useState<Opening>({ ...blankDeal, account: accountId })
  const set = (part: Partial<Opening>) => setDeal((d) => ({ ...d, ...part }))
  const choices = together(useReps(), useStages())
  const stageWord = useStageWord()
  const open = useChange(
    () => must(api.POST('/opportunities', { body: openingBody(deal) })),
    [['opportunities'], ['account'], ['stages']],
    t('ui.deals.opened'),
  )
  const faults = open.error instanceof ApiError ? open.error.problem.fields : undefined
  return (
    <Modal
      open
      title={t('ui.deals.open')}
      onCancel={close}
      footer={
        <Button type="primary" htmlType="submit" form={form} disabled={!choices.data || !openingReady(deal)} loading={open.isPending}>
          {t('ui.deals.open.do')}
        </Button>
      }
    >
      <form
        id={form}
        className="deal-form"
        onSubmit={(e) => {
          e.preventDefault()
          if (openingReady(deal)) open.mutate(undefined, { onSuccess: close })
        }}
      >
        <Ask query={choices} rows={10}>
          {([reps, stages]) => (
            <>
              {accountId === undefined && (
                <Field label={t('ui.deals.open.account')} fault={faults?.account_id} group>
                  {() => (
                    <AccountPicker
                      autoFocus
                      label={t('ui.deals.open.account')}
                      value={deal.account}
                      onChange={(account) => set({ account })}
                    />
                  )}
                </Field>
              )}
              <Field label={t('ui.deals.open.name')} fault={faults?.name}>
                {(control) => (
                  <Input
                    {...control}
                    autoFocus={accountId !== undefined}
                    maxLength={120}
                    placeholder={t('ui.deals.open.name.hint')}
                    value={deal.name}
                    onChange={(e) => set({ name: e.target.value })}
                  />
                )}
              </Field>
              <div className="deal-pair">
                <Field label={t('ui.deals.open.kind')} fault={faults?.kind}>
                  {({ id }) => (
                    <Select
                      id={id}
                      value={deal.kind}
                      onChange={(kind) => set({ kind })}
                      options={kinds.map((value) => ({ value, label: word('filter.word.kind', value) }))}
                    />
                  )}
                </Field>
                <Field label={t('ui.deals.open.amount')} fault={faults?.amount}>
                  {({ id, status }) => (
                    <InputNumber<number>
                      id={id}
                      status={status}
                      controls={false}
                      min={0}
                      max={100_000_000_000}
                      precision={0}
                      prefix="¥"
                      value={deal.amount ?? null}
                      onChange={(n) => set({ amount: n ?? undefined })}
                    />
                  )}
                </Field>
                <Field label={t('ui.deals.open.stage')} fault={faults?.stage}>
                  {({ id }) => (
                    <Select
                      id={id}
                      value={deal.stage ?? stages.opportunity[0]?.key}
                      onChange={(stage) => set({ stage })}
                      options={stages.opportunity.map((s) => ({ value: s.key, label: <span translate="no">{stageWord(s.key)}</span> }))}
                    />
                  )}
                </Field>
                <Field label={t('ui.deals.open.close')} fault={faults?.expected_close}>
                  {(control) => <Input {...control} type="date" value={deal.close} onChange={(e) => set({ close: e.target.value })} />}
                </Field>
              </div>
              <Field label={t('ui.deals.open.owner')} fault={faults?.owner_id}>
                {({ id }) => (
                  <Select<number>
                    id={id}
                    allowClear={clearing()}
                    placeholder={t('ui.deals.open.owner.none')}
                    showSearch={{ optionFilterProp: 'title' }}
                    value={deal.owner}
                    onChange={(owner?: number) => set({ owner })}
                    options={reps
                      .filter((r) => !r.left_at)
                      .map((r) => ({ value: r.id, title: r.name, label: <span translate="no">{r.name}</span> }))}
                  />
                )}
              </Field>
            </>
          )}
        </Ask>
      </form>
    </Modal>
  )
}
