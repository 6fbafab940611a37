import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { api, must, type Schema } from '../../shared/api'
import { formatInstant, t, word } from '../../shared/i18n'
import { Chain } from '../ops/chain'
import { fateOf } from '../ops/fate'
import { FateTag } from '../ops/fate-tag'
import { Go } from '../ops/go'
import { Page } from '../page'
import { ContactName } from '../people/contact-name'
import { RepName } from '../people/rep-name'
import { Ask } from '../states'

/** Why a touch went as it did: the chain from what let the contact in to the result. */
export function Touch() {
  const { id = '' } = useParams({ strict: false })
  const touch = useQuery({
    queryKey: ['touch', id],
    queryFn: () => must(api.GET('/touches/{id}', { params: { path: { id: Number(id) } } })),
  })
  const why = useQuery({
    queryKey: ['touch', id, 'why'],
    queryFn: () => must(api.GET('/touches/{id}/why', { params: { path: { id: Number(id) } } })),
  })
  return (
    <Page title={t('ui.touch.title')} lede={t('ui.touch.lede')}>
      <Ask query={touch} rows={10}>
        {(r) => (
          <div className="panels">
            <section className="panel" aria-labelledby="why-title">
              <div className="panel-head">
                <h2 id="why-title">{t('ui.touch.why')}</h2>
              </div>
              <Ask query={why}>{(w) => <Chain links={w.chain} />}</Ask>
            </section>
            <section className="panel" aria-labelledby="facts-title">
              <div className="panel-head">
                <h2 id="facts-title">{t('ui.touch.facts')}</h2>
              </div>
              <Facts touch={r} />
            </section>
          </div>
        )}
      </Ask>
    </Page>
  )
}

function Facts({ touch }: { touch: Schema<'TouchDetail'> }) {
  const instant = (at: string | null) => (at ? formatInstant(at) : t('ui.none'))
  const facts: [string, ReactNode][] = [
    [t('ui.touches.fate'), <FateTag key="fate" fate={fateOf(touch)} why={touch.reason_text} />],
    [
      t('ui.touches.who'),
      <span key="who" translate="no">
        {touch.contact_id ? <ContactName id={touch.contact_id} name={touch.contact_name} /> : touch.contact_name}
      </span>,
    ],
    [
      t('ui.touches.rep.title'),
      <span key="rep" translate="no">
        <RepName id={touch.rep_id} name={touch.rep_name} />
      </span>,
    ],
    [t('ui.touches.sop'), touch.sop_id ? <Programme key="sop" touch={touch} /> : t('ui.touch.no-sop')],
    [t('ui.touches.channel'), word('channel', touch.channel)],
    [t('ui.touch.due'), instant(touch.due_at)],
    [t('ui.touch.sent'), instant(touch.sent_at)],
    [t('ui.touch.confirmed'), instant(touch.confirmed_at)],
  ]
  if (touch.variant)
    facts.push([
      t('ui.touch.variant'),
      <span key="variant" translate="no">
        {touch.variant}
      </span>,
    ])
  if (touch.response) facts.push([t('ui.touch.response'), word('activity', touch.response)])
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Programme({ touch }: { touch: Schema<'TouchDetail'> }) {
  const inside = touch.enrollment_id ? `/sops/${touch.sop_id}/people/${touch.enrollment_id}` : `/sops/${touch.sop_id}/people`
  return (
    <>
      <span translate="no">{[touch.sop_name, touch.step_name || touch.step_key].filter(Boolean).join(' · ')}</span>
      <br />
      <Go to={inside}>{t('ui.touch.story')}</Go>
    </>
  )
}
