import { useState } from 'react'
import { t } from '../i18n'

/** A picture, or a grey field where there is none or it cannot be shown. */
export function Picture({ url, className }: { url: string | undefined; className: string }) {
  const [broken, setBroken] = useState('')
  if (!url || broken === url) return <span className={`wx-blank ${className}`} role="img" aria-label={t('preview.picture')} />
  return <img className={className} src={url} alt={t('preview.picture')} onError={() => setBroken(url)} />
}

/** The square that stands for a person without a portrait: the first letter of the name. */
export function Portrait({ name }: { name: string }) {
  return (
    <span className="wx-portrait" aria-hidden>
      {[...name][0] ?? ''}
    </span>
  )
}
