import { MailOutlined, PhoneOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Alert, Tag } from 'antd'
import { api, must, type Schema } from '../../../shared/api'
import { formatDate, t, word } from '../../../shared/i18n'
import { Page } from '../../page'
import { AccountName } from '../../people/account-name'
import { Avatar } from '../../people/avatar'
import { RepName } from '../../people/rep-name'
import { StageTag } from '../../people/stage-tag'
import { StateTag } from '../../people/state-tag'
import { Ask } from '../../states'
import { Score } from '../contacts/score'
import { Acts } from './acts'
import { Belong } from './belong'
import { Next } from './next'
import { Privacy } from './privacy'
import { Programmes } from './programmes'
import { Timeline } from './timeline'
import { WhyScore } from './why-score'
import { WishesAndDates } from './wishes'
import '../account/account.css'
import '../contacts/contacts.css'
import './contact.css'

/** One person: who they are, what happened, and what to do next. */
export function ContactHome() {
  const id = Number(useParams({ strict: false }).id)
  const query = useQuery({ queryKey: ['contact', id], queryFn: () => must(api.GET('/contacts/{id}', { params: { path: { id } } })) })
  const contact = query.data
  return (
    <Page
      wide
      named
      title={contact ? contact.name || t('ui.person.nameless', { id: String(id) }) : t('ui.contacts.who')}
      lede={contact && <Facts contact={contact} />}
      actions={contact && <Acts contact={contact} />}
    >
      <Ask query={query} rows={12}>
        {(c) => (
          <div className="contact">
            {c.erased_at && (
              <Alert className="full-row" type="warning" showIcon title={t('ui.privacy.erased', { day: formatDate(c.erased_at) })} />
            )}
            <Timeline id={id} />
            <div className="contact-side">
              <WhyScore id={id} />
              <Programmes id={id} />
              <Next id={id} />
              <Belong contact={c} />
              <WishesAndDates id={id} />
              <Privacy contact={c} />
            </div>
          </div>
        )}
      </Ask>
    </Page>
  )
}

/** How to reach the contact; with stars for who may not see it. */
function Reach({ of, by }: { of: string; by: 'mailto' | 'tel' }) {
  if (!of) return null
  const icon = by === 'mailto' ? <MailOutlined aria-label={t('ui.reach.mailto')} /> : <PhoneOutlined aria-label={t('ui.reach.tel')} />
  return (
    <span className="contact-reach" translate="no" title={of.includes('*') ? t('ui.reach.stars') : undefined}>
      {icon} {of.includes('*') ? of : <a href={`${by}:${of}`}>{of}</a>}
    </span>
  )
}

function Facts({ contact: c }: { contact: Schema<'Contact'> }) {
  return (
    <span className="account-facts">
      <Avatar id={c.id} name={c.name} size={28} />
      {c.position && <span translate="no">{c.position}</span>}
      {c.account_id ? <AccountName id={c.account_id} name={c.account_name} avatar={false} /> : <span>{t('ui.contacts.no-account')}</span>}
      <Tag>{c.role ? word('filter.word.role', c.role) : t('ui.role.unknown')}</Tag>
      {c.is_kp && <Tag>★ {t('ui.person.kp')}</Tag>}
      <StageTag stage={c.stage} />
      <Score score={c.score} grade={c.grade} />
      <Reach of={c.email} by="mailto" />
      <Reach of={c.mobile} by="tel" />
      {c.relationships.map((r) => (
        <span key={r.id} className="account-charge">
          <RepName id={r.rep_id} name={r.rep_name} /> <StateTag state={r.state} family="filter.word.friend" />
        </span>
      ))}
      {[...new Set(c.tags.filter((x) => !x.removed_at).map((x) => x.name))].map((name) => (
        <Tag key={name} translate="no">
          {name}
        </Tag>
      ))}
    </span>
  )
}
