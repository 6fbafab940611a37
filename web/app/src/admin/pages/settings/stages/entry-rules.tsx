import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { api, must } from '../../../../shared/api'
import { t } from '../../../../shared/i18n'
import { Allowed } from '../../../allowed'
import { useChange } from '../../../change'
import { Ask, ErrorState } from '../../../states'
import { Panel } from '../panel'
import { Draft } from './draft'
import { type Rules, ruleSentences } from './rule-words'

export function RuleSentences({ rules }: { rules: Rules }) {
  return (
    <ul className="says">
      {ruleSentences(rules).map((s) => (
        <li key={s.key}>{t(s.key, s.values)}</li>
      ))}
    </ul>
  )
}

/** What makes a MIL and an MQL: in force, and the draft that waits for its signatures. */
export function EntryRules() {
  const current = useQuery({ queryKey: ['stage-rules', 'current'], queryFn: () => must(api.GET('/stage-rules/current')) })
  const all = useQuery({
    queryKey: ['stage-rules', 'all'],
    queryFn: () => must(api.GET('/stage-rules', { params: { query: { limit: 20 } } })),
  })
  const begin = useChange((rules: Rules) => must(api.POST('/stage-rules', { body: { rules } })), [['stage-rules']], t('ui.stages.drafted'))
  const draft = all.data?.items.find((v) => v.state === 'draft')
  return (
    <>
      <Ask query={current}>
        {({ number, rules }) => (
          <Panel
            title={t('ui.stages.rules')}
            lede={t('ui.stages.rules.lede', { n: String(number) })}
            actions={
              all.data &&
              !draft && (
                <Allowed to="draftStageRules">
                  <Button type="primary" loading={begin.isPending} onClick={() => begin.mutate(rules)}>
                    {t('ui.stages.draft.begin')}
                  </Button>
                </Allowed>
              )
            }
          >
            <RuleSentences rules={rules} />
          </Panel>
        )}
      </Ask>
      {all.isError && <ErrorState error={all.error} retry={() => void all.refetch()} busy={all.isFetching} />}
      {draft && <Draft key={draft.number} version={draft} />}
    </>
  )
}
