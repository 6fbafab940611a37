import { formatShare, t } from '../../shared/i18n'
import type { Variant } from './model'

/** How new people are divided among the variants, as a picture. */
export function SplitBar({ variants }: { variants: Variant[] }) {
  const total = variants.reduce((sum, v) => sum + v.weight, 0)
  if (total === 0) return null
  return (
    <div className="split-bar" role="img" aria-label={t('ui.sop.variants.split')}>
      {variants
        .filter((v) => v.weight > 0)
        .map((v) => (
          <span key={v.key} style={{ flexGrow: v.weight }}>
            {v.key.toUpperCase()} {formatShare(v.weight / total)}
          </span>
        ))}
    </div>
  )
}
