import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { api, must } from '../../../shared/api'
import { formatDate, t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { Page } from '../../page'
import { Ask } from '../../states'
import { Holdout } from './holdout'
import { type LimitRule, limitSentences } from './limit-words'
import { LimitsDialog } from './limits-dialog'
import { Panel } from './panel'

function Sentences({ rule }: { rule: LimitRule }) {
  return (
    <ul className="says">
      {limitSentences(rule).map((s) => (
        <li key={s.key}>{t(s.key, s.values)}</li>
      ))}
    </ul>
  )
}

const touches: string = '/touches'

/** How much customers and reps are asked to bear, and who is held out. */
export function Limits() {
  const [editing, setEditing] = useState(false)
  const query = useQuery({ queryKey: ['limits'], queryFn: () => must(api.GET('/limits')) })
  return (
    <Page title={t('ui.set.limits')} lede={t('ui.set.limits.lede')}>
      <Ask query={query}>
        {({ items, today }) => (
          <>
            <Panel
              title={t('ui.set.limits.today')}
              actions={
                <Allowed to="setLimits">
                  <Button type="primary" onClick={() => setEditing(true)}>
                    {t('ui.set.limits.change')}
                  </Button>
                </Allowed>
              }
            >
              <Sentences rule={today} />
              <p className="soft">
                {t('ui.set.limits.cost')} <Link to={touches}>{t('ui.set.limits.cost.rows')}</Link>
              </p>
            </Panel>
            {items.length > 1 && (
              <Panel title={t('ui.set.limits.history')} lede={t('ui.set.limits.history.lede')}>
                <ul className="list">
                  {items.map((rule) => (
                    <li key={rule.valid_from}>
                      <strong style={{ minWidth: 120 }}>
                        {rule.valid_from ? t('ui.set.limits.from', { day: formatDate(rule.valid_from) }) : t('ui.set.limits.default')}
                      </strong>
                      <div className="grow">
                        <Sentences rule={rule} />
                      </div>
                    </li>
                  ))}
                </ul>
              </Panel>
            )}
            {editing && <LimitsDialog today={today} close={() => setEditing(false)} />}
          </>
        )}
      </Ask>
      <Holdout />
    </Page>
  )
}
