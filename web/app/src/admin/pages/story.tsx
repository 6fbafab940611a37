import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { api, must } from '../../shared/api'
import { t } from '../../shared/i18n'
import { Go } from '../ops/go'
import { StoryLine } from '../ops/story-line'
import { Page } from '../page'
import { ContactName } from '../people/contact-name'
import { RepName } from '../people/rep-name'
import { StateTag } from '../people/state-tag'
import { Ask } from '../states'

/** One person's way through a programme, in words: what they got, what not and why, what is to come. */
export function Story() {
  const params = useParams({ strict: false })
  const enrollment = Number(params.enrollment)
  const story = useQuery({
    queryKey: ['story', enrollment],
    queryFn: () => must(api.GET('/enrollments/{id}/story', { params: { path: { id: enrollment } } })),
    refetchInterval: 30_000,
  })
  return (
    <Page title={t('ui.story.title')} lede={t('ui.story.lede')}>
      <Ask query={story} rows={10}>
        {(s) => (
          <div className="today">
            <section className="panel story-head" aria-label={t('ui.touch.facts')}>
              <span translate="no">
                {s.contact_id ? <ContactName id={s.contact_id} name={s.contact_name} sub={s.corp_name} /> : s.contact_name}
              </span>
              <StateTag state={s.state} family="enrollment" />
              {s.reason_text && <span className="soft">{s.reason_text}</span>}
              <span translate="no">
                <RepName id={s.rep_id} name={s.rep_name} />
              </span>
              <Go to={`/sops/${s.sop_id}/people`}>
                <span translate="no">{s.sop_name}</span> {t('ui.touches.version', { n: s.version })}
              </Go>
              {s.last_error && (
                <span className="bad" translate="no">
                  {s.last_error}
                </span>
              )}
            </section>
            <StoryLine story={s} />
          </div>
        )}
      </Ask>
    </Page>
  )
}
