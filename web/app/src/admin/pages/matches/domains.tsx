import { useQuery } from '@tanstack/react-query'
import { Button, Space, Tag } from 'antd'
import { api, must, type Schema } from '../../../shared/api'
import { formatDate, t } from '../../../shared/i18n'
import { Card } from '../../card'
import { useChange } from '../../change'
import { useMay } from '../../may'
import { Ask } from '../../states'

type Review = Schema<'DomainReview'>

const most = 100

function Row({ review }: { review: Review }) {
  const may = useMay()('reviewDomain')
  const decide = useChange(
    (shared: boolean) => must(api.PUT('/match/domains/{domain}', { params: { path: { domain: review.domain } }, body: { shared } })),
    [['match-domains'], ['suggestions']],
  )
  const { shared } = review
  return (
    <li className="match-domain">
      <div>
        <strong translate="no">{review.domain}</strong> <span className="soft">{t('ui.domains.seen', { n: review.accounts })}</span>
        <div className="soft">
          {shared === null ? (
            t('ui.domains.open', { day: formatDate(review.created_at) })
          ) : (
            <>
              <Tag>{t(shared ? 'ui.domains.shared' : 'ui.domains.theirs')}</Tag> <span translate="no">{review.author}</span>
            </>
          )}
        </div>
      </div>
      {may && (
        <Space size={6} wrap>
          {shared !== true && (
            <Button size="small" loading={decide.isPending} onClick={() => decide.mutate(true)}>
              {t('ui.domains.shared')}
            </Button>
          )}
          {shared !== false && (
            <Button size="small" loading={decide.isPending} onClick={() => decide.mutate(false)}>
              {t('ui.domains.theirs')}
            </Button>
          )}
        </Space>
      )}
    </li>
  )
}

/** Mail domains that were seen at several companies: whether they still tell whose somebody is. */
export function Domains() {
  const query = useQuery({
    queryKey: ['match-domains'],
    queryFn: () => must(api.GET('/match/domains', { params: { query: { limit: most } } })),
  })
  return (
    <Card title={t('ui.domains')}>
      <p className="soft">{t('ui.domains.lede')}</p>
      <Ask query={query} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p>{t('ui.domains.none')}</p>
          ) : (
            <ul className="match-domains">
              {items.map((r) => (
                <Row key={r.id} review={r} />
              ))}
            </ul>
          )
        }
      </Ask>
    </Card>
  )
}
