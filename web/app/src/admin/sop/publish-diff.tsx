import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, must } from '../../shared/api'
import { formatNumber, t } from '../../shared/i18n'
import { Go } from '../ops/go'
import { PartNote } from '../part-note'
import { Ask } from '../states'
import { DiffPeople, type Way } from './diff-people'
import { stepsOf } from './model'
import { resaid } from './said'
import type { SOP } from './use-sop'

/** The difference between the running version and the draft. */
export function useDiff(id: number, revision: string, enabled: boolean) {
  return useQuery({
    queryKey: ['sop-diff', id, revision],
    queryFn: () => must(api.GET('/sops/{id}/diff', { params: { path: { id } } })),
    enabled,
  })
}

const ways: Way[] = ['move', 'gain', 'lose', 'earlier', 'passed']

/** What publishing changes: in words, and in people. */
export function PublishDiff({ sop, diff }: { sop: SOP; diff: ReturnType<typeof useDiff> }) {
  const texts = resaid(sop)
  const [way, setWay] = useState<Way>()
  return (
    <Ask query={diff} rows={4}>
      {({ edits, people }) => (
        <>
          {edits.length === 0 && texts.length === 0 ? (
            <p>{t('ui.sop.diff.none')}</p>
          ) : (
            <ul className="diff-edits">
              {edits.map((e) => (
                <li key={`${e.kind}.${e.step_key}.${e.number}`} className={e.kind} translate="no">
                  {e.sentence}
                </li>
              ))}
              {texts.map((step) => (
                <li key={step.key}>{t('ui.sop.diff.text', { n: 1 + stepsOf(sop.draft).findIndex((s) => s.key === step.key) })}</li>
              ))}
            </ul>
          )}
          <dl className="diff-numbers">
            <div>
              <dt>{t('ui.sop.diff.counted')}</dt>
              <dd>
                {people.counted > 0 ? (
                  <Go beside to={`/sops/${sop.id}/people`} search={{ state: 'active' }}>
                    {formatNumber(people.counted)}
                  </Go>
                ) : (
                  formatNumber(0)
                )}
              </dd>
            </div>
            {ways.map((w) => (
              <div key={w}>
                <dt>{t(`ui.sop.diff.${w}`)}</dt>
                <dd>
                  <button
                    type="button"
                    disabled={people[w] === 0}
                    aria-expanded={way === w}
                    onClick={() => setWay(way === w ? undefined : w)}
                  >
                    {formatNumber(people[w])}
                  </button>
                </dd>
              </div>
            ))}
          </dl>
          {people.partial && <p className="soft">{t('ui.sop.diff.partial')}</p>}
          {way && <PartNote />}
          {way && <DiffPeople id={sop.id} way={way} />}
        </>
      )}
    </Ask>
  )
}
