import { useState } from 'react'
import { formatInstant, t, word } from '../shared/i18n'
import { useStageWord } from '../shared/stages'
import { type Known, useKnown } from './data'
import { Icon } from './icon'
import { Problem } from './problem'
import { Ring } from './ring'
import { useBoard } from './store'

interface Props {
  name: string
  customer: string
  /** The product's contact; undefined until it has heard of the customer. */
  contact: number | undefined
}

/** What the product has made of a customer: beside the phones, from its own API. */
export function KnownCard({ name, customer, contact }: Props) {
  const { act } = useBoard()
  const known = useKnown(contact)
  const stageWord = useStageWord()
  return (
    <section className="known" aria-labelledby="known-title">
      <header>
        <img src="/icon.svg" alt="" />
        <h2 id="known-title">{t('sim.known.title')}</h2>
        <button type="button" className="icon" aria-label={t('sim.known.close')} onClick={() => act({ do: 'know', customer })}>
          <Icon name="close" />
        </button>
      </header>
      {contact === undefined ? (
        <p className="notice">{t('sim.known.nobody')}</p>
      ) : (
        <>
          <p className="person">
            <a href={`/contacts/${contact}`} translate="no">
              {known.person.data?.name ?? name}
            </a>
            {known.standing.data && (
              <span className="stagechip" translate="no">
                {stageWord(known.standing.data.stage)}
              </span>
            )}
          </p>
          <Company known={known} />
          <Labels known={known} />
          <Steps known={known} />
          <Problem error={known.match.error ?? known.person.error ?? known.touches.error} retry={known.again} />
        </>
      )}
    </section>
  )
}

function Company({ known }: { known: Known }) {
  const [open, setOpen] = useState(false)
  const { stay, account } = known
  if (!known.match.data) return known.match.isPending && <p className="fact waiting">{t('sim.loading')}</p>
  if (!stay) return <p className="fact waiting">{t('sim.known.unmatched')}</p>
  const ring = account.data?.ring
  const owner = account.data?.owner.rep_id
  return (
    <div className="fact">
      <h3>{t('sim.known.company')}</h3>
      <p>
        <a href={`/accounts/${stay.account_id}`} translate="no">
          {stay.account_name}
        </a>
      </p>
      <p className="how">
        {known.match.data?.decisions[0]?.reasons.map((r) => (
          <span key={r.code} translate="no">
            {r.text}
          </span>
        ))}
        {account.data && <span>{t('sim.known.tier', { tier: account.data.account.tier })}</span>}
        {owner !== undefined && account.data?.reps[String(owner)] && (
          <span>
            {t('sim.known.owner')} <span translate="no">{account.data.reps[String(owner)]}</span>
          </span>
        )}
      </p>
      {ring && (
        <div className="ringline">
          <button type="button" className="pill" aria-expanded={open} data-tour={open ? undefined : 'ring'} onClick={() => setOpen(!open)}>
            {t('sim.known.ring')}
          </button>
          {open && (
            <div className="ringbox" data-ring={ring.total}>
              <Ring marketing={ring.marketing} sales={ring.sales} need={ring.need} />
              <p>{t('sim.known.ring.says', { n: ring.total, need: ring.need })}</p>
            </div>
          )}
        </div>
      )}
    </div>
  )
}

function Labels({ known }: { known: Known }) {
  const tags = known.person.data?.tags.filter((tag) => tag.removed_at === null) ?? []
  return (
    <div className="fact">
      <h3>{t('sim.tags')}</h3>
      <p className="labels" translate="no">
        {tags.map((tag) => (
          <span key={tag.id} className="label">
            {tag.name}
          </span>
        ))}
        {known.person.data && tags.length === 0 && <span translate="yes">{t('sim.known.untagged')}</span>}
        {known.person.isPending && <span translate="yes">{t('sim.loading')}</span>}
      </p>
    </div>
  )
}

function Steps({ known }: { known: Known }) {
  const touches = known.touches.data?.items ?? []
  const sops = [...new Map(touches.map((touch) => [touch.sop_id, touch.sop_name]))]
  return (
    <div className="fact">
      <h3>{t('sim.known.sop')}</h3>
      {sops.map(([id, sop]) => (
        <div key={id}>
          <p>
            <a href={`/sops/${id}`} translate="no">
              {sop}
            </a>
          </p>
          <ol className="steps">
            {touches
              .filter((touch) => touch.sop_id === id)
              .toReversed()
              .map((touch) => (
                <li key={touch.id} className={`state-${touch.state}`}>
                  <a href={`/touches/${touch.id}`} translate="no">
                    {touch.step_name}
                  </a>
                  <span>{word('state', touch.state)}</span>
                  <time dateTime={touch.due_at ?? undefined}>{touch.due_at && formatInstant(touch.due_at)}</time>
                </li>
              ))}
          </ol>
        </div>
      ))}
      {known.touches.data && sops.length === 0 && <p>{t('sim.known.no_sop')}</p>}
      {known.touches.isPending && <p>{t('sim.loading')}</p>}
    </div>
  )
}
