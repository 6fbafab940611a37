import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import { api, must } from '../../../../shared/api'
import { formatInstant, t } from '../../../../shared/i18n'
import { Allowed } from '../../../allowed'
import { useChange } from '../../../change'
import { useMay } from '../../../may'
import { Page } from '../../../page'
import { Ask } from '../../../states'
import { DraftEditor, RulesView } from './editor'
import type { Version } from './rules'
import './scoring.css'

const nameOf = (v: Version): string =>
  v.version === null
    ? t('ui.score.version.draft', { at: formatInstant(v.created_at) })
    : t('ui.score.version.published', { n: String(v.version), at: v.published_at ? formatInstant(v.published_at) : '' })

/** The rules by which people are scored: those that hold, drafts, and what was. */
export function Scoring() {
  const { version } = useSearch({ from: '/settings/scoring' })
  const navigate = useNavigate({ from: '/settings/scoring' })
  const may = useMay()
  const go = (to?: number) => void navigate({ search: { version: to } })
  const live = useQuery({ queryKey: ['score-rules', 'live'], queryFn: () => must(api.GET('/score-rules/live')) })
  const all = useQuery({
    queryKey: ['score-rules', 'all'],
    queryFn: () => must(api.GET('/score-rules', { params: { query: { limit: 50 } } })),
  })
  const draft = useChange(
    () => must(api.POST('/score-rules', { body: { rules: live.data?.rules as NonNullable<typeof live.data>['rules'], note: '' } })),
    [['score-rules', 'all']],
    t('ui.score.drafted'),
  )
  const versions = all.data?.items ?? []
  const shown = versions.find((v) => v.id === version)
  const choose = (
    <>
      <Select
        aria-label={t('ui.score.version')}
        value={shown?.id ?? 0}
        onChange={(id: number) => go(id || undefined)}
        style={{ minWidth: 220 }}
        options={[
          { value: 0, label: t('ui.score.version.live', { n: String(live.data?.version ?? 0) }) },
          ...versions.filter((v) => v.version !== live.data?.version).map((v) => ({ value: v.id, label: nameOf(v) })),
        ]}
      />
      {(shown === undefined || shown.version !== null) && (
        <Allowed to="draftScoreRules">
          <Button
            type="primary"
            disabled={!live.data}
            loading={draft.isPending}
            onClick={() => draft.mutate(undefined, { onSuccess: (v) => go(v.id) })}
          >
            {t('ui.score.new')}
          </Button>
        </Allowed>
      )}
    </>
  )
  return (
    <Page title={t('ui.set.scoring')} lede={t('ui.score.formula')} actions={choose}>
      <Ask query={live} rows={12}>
        {({ rules }) =>
          shown?.version === null && may('changeScoreRules') ? (
            <DraftEditor key={shown.id} draft={shown} published={() => go()} />
          ) : (
            <RulesView rules={shown?.rules ?? rules} />
          )
        }
      </Ask>
    </Page>
  )
}
