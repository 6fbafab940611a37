import { ExclamationCircleFilled, WarningFilled } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { t } from '../../shared/i18n'
import type { Placed } from './steps'
import type { Review } from './use-sop'

interface ProblemsProps {
  id: number
  review: Review
  steps: Placed[]
}

/** Everything that is wrong with the draft or worth a thought, each leading to its step. */
export function Problems({ id, review, steps }: ProblemsProps) {
  const list = [
    ...review.faults.map((f) => ({ ...f, grave: true, key: `${f.step_key}.${f.field}` })),
    ...review.findings.map((f) => ({ ...f, grave: false, key: `${f.step_key}.${f.code}.${f.text}` })),
  ]
  if (list.length === 0) return null
  const to: string = `/sops/${id}`
  return (
    <section className="problems" aria-labelledby="problems-title">
      <h2 id="problems-title">{t('ui.sop.problems', { faults: review.faults.length, findings: review.findings.length })}</h2>
      <ul>
        {list.map((p) => {
          const number = steps.find((s) => s.step.key === p.step_key)?.number
          return (
            <li key={p.key}>
              {p.grave ? (
                <ExclamationCircleFilled className="bad" aria-label={t('ui.sop.problem.fault')} />
              ) : (
                <WarningFilled className="waiting" aria-label={t('ui.sop.problem.finding')} />
              )}
              <Link to={to} search={p.step_key ? { step: p.step_key } : {}} replace>
                {number !== undefined && p.grave && `${t('ui.sop.step', { n: number })} · `}
                <span translate="no">{p.text}</span>
              </Link>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
