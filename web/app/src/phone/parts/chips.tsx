import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../shared/api'
import { formatNumber, lang, t, word } from '../../shared/i18n'

/** The company's word for a rung of the ladder. */
export function useStageWord(): (stage: string) => string {
  const { data } = useQuery({ queryKey: ['stages'], queryFn: () => must(api.GET('/stages')), staleTime: 300_000 })
  return (stage) => {
    const found = data?.ladder.find((s) => s.key === stage)
    return (found && (lang === 'zh' ? found.label_zh : found.label_en)) || word('filter.word.stage', stage)
  }
}

/** A score in whole points, rounded down as everywhere: a mark of 60 is passed at 60. */
export const wholePoints = (score: number): string => formatNumber(Math.floor(score))

/** An account's tier. */
export function TierChip({ tier }: { tier: string }) {
  if (!tier) return null
  return <span className={`chip tier tier-${tier}`}>{t('m.tier', { tier })}</span>
}

export function StageChip({ stage }: { stage: string }) {
  const name = useStageWord()
  return stage ? <span className="chip">{name(stage)}</span> : null
}

export function ScoreChip({ score }: { score: number | null }) {
  return score === null ? null : <span className="chip">{t('m.score', { score: wholePoints(score) })}</span>
}

/** Who answers for an account. */
export function Owner({ name }: { name: string }) {
  if (!name) return <span className="chip untouched">{t('m.owner.none')}</span>
  return (
    <span className="chip">
      {t('m.owner')} <span translate="no">{name}</span>
    </span>
  )
}
