import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Descriptions } from 'antd'
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
          <Ask query={touch}>{(r) => <Facts touch={r} />}</Ask>
        </section>
      </div>
    </Page>
  )
}

function Facts({ touch }: { touch: Schema<'TouchDetail'> }) {
  const instant = (at: string | null) => (at ? formatInstant(at) : t('ui.none'))
  return (
    <Descriptions
      column={1}
      size="small"
      items={[
        { key: 'fate', label: t('ui.touches.fate'), children: <FateTag fate={fateOf(touch)} why={touch.reason_text} /> },
        {
          key: 'who',
          label: t('ui.touches.who'),
          children: (
            <span translate="no">
              {touch.contact_id ? <ContactName id={touch.contact_id} name={touch.contact_name} /> : touch.contact_name}
            </span>
          ),
        },
        {
          key: 'rep',
          label: t('ui.touches.rep.title'),
          children: (
            <span translate="no">
              <RepName id={touch.rep_id} name={touch.rep_name} />
            </span>
          ),
        },
        {
          key: 'sop',
          label: t('ui.touches.sop'),
          children: touch.sop_id ? (
            <Go to={`/sops/${touch.sop_id}/people`}>
              <span translate="no">{[touch.sop_name, touch.step_name || touch.step_key].filter(Boolean).join(' · ')}</span>
            </Go>
          ) : (
            t('ui.touch.no-sop')
          ),
        },
        { key: 'channel', label: t('ui.touches.channel'), children: word('channel', touch.channel) },
        { key: 'due', label: t('ui.touch.due'), children: instant(touch.due_at) },
        { key: 'sent', label: t('ui.touch.sent'), children: instant(touch.sent_at) },
        { key: 'confirmed', label: t('ui.touch.confirmed'), children: instant(touch.confirmed_at) },
        ...(touch.variant ? [{ key: 'variant', label: t('ui.touch.variant'), children: <span translate="no">{touch.variant}</span> }] : []),
        ...(touch.response ? [{ key: 'response', label: t('ui.touch.response'), children: word('activity', touch.response) }] : []),
        ...(touch.enrollment_id && touch.sop_id
          ? [
              {
                key: 'story',
                label: t('ui.story.title'),
                children: <Go to={`/sops/${touch.sop_id}/people/${touch.enrollment_id}`}>{t('ui.touch.story')}</Go>,
              },
            ]
          : []),
      ]}
    />
  )
}
