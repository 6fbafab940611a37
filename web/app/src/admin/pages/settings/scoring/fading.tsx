import { Button, Segmented } from 'antd'
import { formatShare, t } from '../../../../shared/i18n'
import { NumberField } from '../number-field'
import { Panel } from '../panel'
import { left, type PartProps } from './rules'

const marks = [0, 7, 14, 30, 60, 90]

function Curve({ halfLife }: { halfLife: number }) {
  return (
    <ul className="fade" aria-label={t('ui.score.fading.curve')}>
      {marks.map((days) => (
        <li key={days}>
          <span className="fade-bar" style={{ height: `${Math.round(64 * left(days, halfLife))}px` }} aria-hidden />
          <span>{formatShare(left(days, halfLife))}</span>
          <span className="soft">{t('ui.score.days', { n: days })}</span>
        </li>
      ))}
    </ul>
  )
}

/** How what was done loses its worth: by fading, or by deductions for silence. */
export function Fading({ rules, set, fixed }: PartProps) {
  const mode = rules.decay ? 'decay' : 'silence'
  const steps = rules.silence ?? []
  const choose = (to: string) =>
    to === 'decay'
      ? set({ decay: { half_life_days: 30 }, silence: undefined })
      : set({
          decay: undefined,
          silence: [
            { days: 30, points: -10 },
            { days: 60, points: -25 },
          ],
        })
  return (
    <Panel title={t('ui.score.fading')} lede={t('ui.score.fading.lede')}>
      <Segmented
        aria-label={t('ui.score.fading')}
        value={mode}
        disabled={fixed}
        onChange={choose}
        options={[
          { value: 'decay', label: t('ui.score.fading.decay') },
          { value: 'silence', label: t('ui.score.fading.silence') },
        ]}
      />
      {rules.decay ? (
        <>
          <Curve halfLife={rules.decay.half_life_days} />
          <div className="fields">
            <NumberField
              label={t('ui.score.half-life')}
              value={rules.decay.half_life_days}
              min={1}
              max={365}
              disabled={fixed}
              set={(half_life_days) => set({ decay: { half_life_days } })}
            />
          </div>
        </>
      ) : (
        <ul className="list">
          {steps.map((step, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have no name but their place
            <li key={i}>
              <NumberField
                label={t('ui.score.silent-days')}
                value={step.days}
                min={1}
                disabled={fixed}
                set={(days) => set({ silence: steps.with(i, { ...step, days }) })}
              />
              <NumberField
                label={t('ui.score.takes')}
                value={-step.points}
                max={100}
                disabled={fixed}
                set={(n) => set({ silence: steps.with(i, { ...step, points: -n }) })}
              />
              {!fixed && (
                <Button disabled={steps.length < 2} onClick={() => set({ silence: steps.toSpliced(i, 1) })}>
                  {t('ui.remove')}
                </Button>
              )}
            </li>
          ))}
          {!fixed && (
            <li>
              <Button
                onClick={() =>
                  set({ silence: [...steps, { days: (steps.at(-1)?.days ?? 0) + 30, points: (steps.at(-1)?.points ?? 0) - 10 }] })
                }
              >
                {t('ui.score.silence.add')}
              </Button>
            </li>
          )}
        </ul>
      )}
    </Panel>
  )
}
