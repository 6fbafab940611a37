import { CheckCircleFilled, QuestionCircleOutlined, StarFilled, WarningFilled } from '@ant-design/icons'
import { Select } from 'antd'
import { api, must, type Schema } from '../../../shared/api'
import { t, word } from '../../../shared/i18n'
import { Card } from '../../card'
import { useChange } from '../../change'
import { useMay } from '../../may'
import { ContactName } from '../../people/contact-name'
import { Nothing } from '../../states'
import { type Account, buyingGroup, type Person, type Seat } from './shape'

export type Role = Schema<'BuyingRole'>

const choices: Role[] = [
  'boss',
  'decision_maker',
  'cto',
  'cio',
  'purchasing',
  'department_head',
  'influencer',
  'practitioner',
  'intern',
  'competitor',
]

/** The roles of a buying group, to choose from. */
export const roleOptions = () => choices.map((value) => ({ value, label: word('filter.word.role', value) }))

const icons = {
  touched: <CheckCircleFilled className="seat-touched" aria-hidden />,
  known: <WarningFilled className="seat-known" aria-hidden />,
  missing: <QuestionCircleOutlined className="seat-missing" aria-hidden />,
}

/** The buying group as places: who sits where, who was reached, and who is missing. */
export function PeopleMap({ page }: { page: Account }) {
  const { seats, unplaced, left } = buyingGroup(page.people)
  const reached = seats.filter((s) => s.standing === 'touched').length
  return (
    <Card
      wide
      id="people"
      title={t('ui.map.title')}
      actions={<span className="soft">{t('ui.map.sum', { reached, all: seats.length })}</span>}
    >
      {page.people.length === 0 && <Nothing why={t('ui.map.empty')} />}
      <div className="seats">
        {seats.map((seat) => (
          <SeatBox key={seat.place} seat={seat} />
        ))}
      </div>
      {unplaced.length > 0 && (
        <>
          <h3>{t('ui.map.unplaced', { n: unplaced.length })}</h3>
          <ul className="unplaced">
            {unplaced.map((p) => (
              <li key={p.id}>
                <ContactName id={p.id} name={p.name} sub={p.position} />
                <RoleSelect id={p.id} role={p.role} accountId={page.account.id} />
              </li>
            ))}
          </ul>
        </>
      )}
      {left.length > 0 && (
        <p className="soft">
          {t('ui.map.left')} <span translate="no">{left.map((p) => p.name).join(t('ui.list.comma'))}</span>
        </p>
      )}
    </Card>
  )
}

function SeatBox({ seat }: { seat: Seat }) {
  return (
    <div className={`seat ${seat.standing}`}>
      <h3>
        {icons[seat.standing]} {t(`ui.place.${seat.place}`)}
      </h3>
      <p className="soft">{t(`ui.place.${seat.place}.${seat.standing}`)}</p>
      {seat.people.map((p) => (
        <Sitting key={p.id} person={p} />
      ))}
    </div>
  )
}

function Sitting({ person }: { person: Person }) {
  return (
    <div className="sitting">
      <ContactName id={person.id} name={person.name} sub={person.position || word('filter.word.role', person.role)} />
      {person.is_kp && <StarFilled className="seat-kp" role="img" aria-label={t('ui.person.kp')} title={t('ui.person.kp')} />}
      <span className="touch-sides">
        {person.marketing + person.sales === 0 ? (
          <span className="soft">{t('ui.map.untouched')}</span>
        ) : (
          <>
            {person.marketing > 0 && <span className="touch-side marketing">{t('ui.side.marketing.short', { n: person.marketing })}</span>}
            {person.sales > 0 && <span className="touch-side sales">{t('ui.side.sales.short', { n: person.sales })}</span>}
          </>
        )}
      </span>
    </div>
  )
}

/** Says what somebody does in the buying group; a person's word wins over what the title says. */
export function RoleSelect({ id, role, accountId }: { id: number; role: string; accountId?: number }) {
  const may = useMay()
  const change = useChange(
    (value: Role) => must(api.PUT('/contacts/{id}/person', { params: { path: { id } }, body: { role: value } })),
    [['account', accountId], ['contact', id], ['rows']],
  )
  if (!may('setPerson')) return <span>{role ? word('filter.word.role', role) : t('ui.role.unknown')}</span>
  return (
    <Select<Role>
      aria-label={t('ui.role')}
      size="small"
      className="role-select"
      placeholder={t('ui.role.choose')}
      value={role === '' ? undefined : (role as Role)}
      loading={change.isPending}
      options={roleOptions()}
      onChange={(value) => change.mutate(value)}
    />
  )
}
