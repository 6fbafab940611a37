import { Radio } from 'antd'
import { t } from '../../shared/i18n'

export type How = 'shift' | 'skip' | 'send'

interface ResumeChoiceProps {
  how: How
  onChange: (how: How) => void
  /** What each choice would do, in numbers. */
  counts?: { people: number; waiting: number; passed: number }
}

const ways: How[] = ['shift', 'skip', 'send']

/** How a pause is made up for. */
export function ResumeChoice({ how, onChange, counts }: ResumeChoiceProps) {
  return (
    <Radio.Group value={how} onChange={(e) => onChange(e.target.value as How)} style={{ display: 'block' }} aria-label={t('ui.resume.how')}>
      {ways.map((way) => (
        <Radio key={way} value={way} className="choice">
          <strong>{t(`ui.resume.${way}`)}</strong>
          <br />
          {counts ? t(`ui.resume.${way}.count`, { n: way === 'shift' ? counts.people : counts.passed }) : t(`ui.resume.${way}.hint`)}
        </Radio>
      ))}
    </Radio.Group>
  )
}
