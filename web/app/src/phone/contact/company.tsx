import { useState } from 'react'
import type { Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { Go } from '../go'
import { Owner, TierChip } from '../parts/chips'
import { Ring } from '../parts/ring'
import { accountHref } from '../route'
import { CompanySheet } from './company-sheet'

/** The company behind the customer in one strip: tier, ring, owner, coverage. */
export function Company({ contact }: { contact: Schema<'MyContact'> }) {
  const [correcting, setCorrecting] = useState(false)
  const { account } = contact
  return (
    <section className="card strip" aria-label={t('m.company')}>
      {account ? (
        <Go to={accountHref(account.id)} className="strip-go">
          <Ring ring={account.ring} size={56} />
          <span className="strip-words">
            <strong translate="no">{account.name}</strong>
            <span className="chips">
              <TierChip tier={account.tier} />
              <Owner name={account.owner_name} />
            </span>
            <span className={`light light-${account.coverage.level}`}>{account.coverage.reasons[0]?.text ?? t('m.coverage.good')}</span>
          </span>
          <span aria-hidden="true" className="soft">
            ›
          </span>
        </Go>
      ) : (
        <p className="strip-words">
          <strong translate="no">{contact.corp_name || t('m.company.unknown')}</strong>
          <span className="soft">{t('m.company.unknown.hint')}</span>
        </p>
      )}
      {account?.why_now && (
        <p className="why-now">
          <strong>{t('m.why-now')}</strong> <span translate="no">{account.why_now.title}</span>
        </p>
      )}
      <button type="button" className="link" onClick={() => setCorrecting(true)}>
        {account ? t('m.company.correct') : t('m.company.choose')}
      </button>
      {correcting && <CompanySheet contact={contact} close={() => setCorrecting(false)} />}
    </section>
  )
}
