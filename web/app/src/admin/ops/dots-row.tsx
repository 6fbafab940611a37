import { t } from '../../shared/i18n'
import { touchDots } from './touch-dots'
import './meeting.css'

interface DotsRowProps {
  marketing: number
  sales: number
  need: number
}

/** An account's touches against what it needs, as dots: marketing's filled, sales' with a ring. */
export function DotsRow({ marketing, sales, need }: DotsRowProps) {
  const { dots, more } = touchDots(marketing, sales, need)
  return (
    <span className="touch-dots" role="img" aria-label={t('ui.ring.label', { total: marketing + sales, need, marketing, sales })}>
      {dots.map((kind, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: dots have no names
        <i key={i} className={kind} />
      ))}
      {more > 0 && <b>{t('ui.meeting.more', { n: more })}</b>}
    </span>
  )
}
