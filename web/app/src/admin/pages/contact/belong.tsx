import { useQuery } from '@tanstack/react-query'
import { Button, Radio } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { formatDate, t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { Card } from '../../card'
import { useChange } from '../../change'
import { AccountName } from '../../people/account-name'
import { AccountPicker } from '../../people/account-picker'
import { Ask } from '../../states'
import { RoleSelect } from '../account/people-map'

type Contact = Schema<'Contact'>
type Effect = 'join' | 'correct' | 'move'

/** Which company the person is at and why, and what they do there. */
export function Belong({ contact }: { contact: Contact }) {
  const { id } = contact
  const [open, setOpen] = useState(false)
  const query = useQuery({
    queryKey: ['contact', id, 'match'],
    queryFn: () => must(api.GET('/contacts/{id}/match', { params: { path: { id } } })),
  })
  return (
    <Card
      title={t('ui.belong.title')}
      actions={
        <Allowed to="assignContact">
          <Button size="small" onClick={() => setOpen(!open)} aria-expanded={open}>
            {t('ui.belong.change')}
          </Button>
        </Allowed>
      }
    >
      {open && <Correct contact={contact} close={() => setOpen(false)} />}
      <p>
        {t('ui.role')} <RoleSelect id={id} role={contact.role} accountId={contact.account_id ?? undefined} />
      </p>
      <Ask query={query} rows={3}>
        {({ stays, decisions }) => (
          <>
            <ul className="plain-list">
              {stays.map((s) => (
                <li key={`${s.account_id}-${s.from_at}`}>
                  <AccountName id={s.account_id} name={s.account_name} avatar={false} />{' '}
                  <span className="soft">
                    {s.to_at
                      ? t('ui.belong.until', { from: formatDate(s.from_at), to: formatDate(s.to_at) })
                      : t('ui.belong.since', { from: formatDate(s.from_at) })}
                  </span>
                </li>
              ))}
            </ul>
            {stays.length === 0 && <p className="soft">{t('ui.belong.nowhere')}</p>}
            {decisions.length > 0 && (
              <details>
                <summary>{t('ui.belong.why')}</summary>
                <ul translate="no">
                  {decisions.map((d) => (
                    <li key={d.id}>
                      {d.text}
                      {d.reasons.map((r) => (
                        <div key={r.code} className="soft">
                          {r.text}
                        </div>
                      ))}
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </>
        )}
      </Ask>
    </Card>
  )
}

function Correct({ contact, close }: { contact: Contact; close: () => void }) {
  const { id } = contact
  const [account, setAccount] = useState<number>()
  const [effect, setEffect] = useState<Effect>(contact.account_id ? 'correct' : 'join')
  const save = useChange(
    (account_id: number | null) =>
      must(
        api.PUT('/contacts/{id}/account', {
          params: { path: { id } },
          body: { account_id, effect: account_id === null ? 'correct' : effect },
        }),
      ),
    [['contact', id], ['account'], ['rows']],
  )
  return (
    <div className="inset-form">
      <AccountPicker label={t('ui.belong.pick')} value={account} onChange={setAccount} />
      {contact.account_id && (
        <Radio.Group
          value={effect}
          onChange={(e) => setEffect(e.target.value as Effect)}
          options={(['correct', 'move'] as const).map((value) => ({ value, label: t(`ui.belong.${value}`) }))}
        />
      )}
      <p>
        <Button
          type="primary"
          size="small"
          disabled={account === undefined}
          loading={save.isPending}
          onClick={() => account !== undefined && save.mutate(account, { onSuccess: close })}
        >
          {t('ui.save')}
        </Button>{' '}
        {contact.account_id && (
          <Button size="small" onClick={() => save.mutate(null, { onSuccess: close })}>
            {t('ui.belong.out')}
          </Button>
        )}
      </p>
    </div>
  )
}
