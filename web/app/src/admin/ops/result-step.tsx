import type { Schema } from '../../shared/api'
import { formatNumber, formatShare, t, word } from '../../shared/i18n'
import { type Fate, fates, lostFates, sumOf } from './fate'
import { FateBar } from './fate-bar'
import { Go } from './go'
import { offsetWords } from './offset'
import { Verdict } from './verdict'
import './results.css'

type Step = Schema<'Results'>['steps'][number]

interface ResultStepProps {
  sop: number
  version?: number
  step: Step
}

/** What came of one step: the sum, its parts, why things did not go out, and what a test has proved. */
export function ResultStep({ sop, version, step }: ResultStepProps) {
  const rows = (fate?: Fate, reason?: string) => ({ to: '/touches', search: { sop, version, step: step.step_key, fate, reason } })
  const sent = step.fates.sent ?? 0
  const reasons = step.reasons.filter((r) => r.reason !== '' && lostFates.includes(r.fate))
  return (
    <section className="panel result" aria-labelledby={`step-${step.step_key}`}>
      <div className="panel-head">
        <h2 id={`step-${step.step_key}`}>
          <span className="soft">{offsetWords(step.offset)}</span> <span translate="no">{step.name || step.step_key}</span>
        </h2>
        <span className="soft">
          {step.channel && word('channel', step.channel)}
          {step.removed && ` · ${t('ui.flow.removed')}`}
        </span>
        {step.due > 0 && <span className="result-share">{t('ui.results.share', { share: formatShare(sent / step.due) })}</span>}
      </div>
      {step.due === 0 ? (
        <p className="soft">{t('ui.results.not-yet')}</p>
      ) : (
        <>
          <FateBar fates={step.fates} rows={rows} of={step.step_key} />
          <p className="sum">
            <Go {...rows()}>
              <b>{formatNumber(step.due)}</b> {t('ui.results.due')}
            </Go>
            <span aria-hidden>=</span>
            {fates
              .filter((f) => (step.fates[f] ?? 0) > 0)
              .map((f, i) => (
                <span key={f} className="sum-part">
                  {i > 0 && <span aria-hidden>+ </span>}
                  <Go {...rows(f)}>
                    <i className={`fate ${f}`} aria-hidden /> {word('fate', f)} <b>{formatNumber(step.fates[f] ?? 0)}</b>
                  </Go>
                </span>
              ))}
            {sumOf(step.fates) !== step.due && <span className="bad">{t('ui.results.odd')}</span>}
          </p>
          {reasons.length > 0 && (
            <ul className="reasons">
              {reasons.map((r) => (
                <li key={`${r.fate} ${r.reason}`}>
                  <Go {...rows(r.fate, r.reason)}>
                    {word('fate', r.fate)} · {r.text} <b>{formatNumber(r.count)}</b>
                  </Go>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
      {step.tested && !step.removed && <Verdict sop={sop} step={step.step_key} />}
    </section>
  )
}
