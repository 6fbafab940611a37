import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../../../shared/api'
import { t } from '../../../../shared/i18n'
import { Page } from '../../../page'
import { Ask } from '../../../states'
import { DealStages } from './deal-stages'
import { EntryRules } from './entry-rules'
import { Ladder } from './ladder'

/** The ladder, what lets people onto its rungs, and the stages of deals. */
export function Stages() {
  const query = useQuery({ queryKey: ['stages'], queryFn: () => must(api.GET('/stages')) })
  return (
    <Page title={t('ui.set.stages')} lede={t('ui.set.stages.lede')}>
      <EntryRules />
      <Ask query={query}>
        {({ ladder, opportunity }) => (
          <>
            <Ladder rungs={ladder} />
            <DealStages key={JSON.stringify(opportunity)} stored={opportunity} />
          </>
        )}
      </Ask>
    </Page>
  )
}
