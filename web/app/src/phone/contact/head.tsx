import { useState } from 'react'
import type { Schema } from '../../shared/api'
import { formatDate, t, word } from '../../shared/i18n'
import { Avatar } from '../parts/avatar'
import { ScoreChip, StageChip } from '../parts/chips'
import { RoleSheet } from './role-sheet'

/** Why nothing, or little, should be sent to the customer; empty when all is well. */
function caution(c: Schema<'MyContact'>): string {
  if (c.relationship === 'lost') return t('m.caution.lost')
  if (c.consent === 'refused') return t('m.caution.refused')
  if (c.held_until) return t('m.caution.held', { day: formatDate(c.held_until) })
  if (c.contact_less) return t('m.caution.less')
  return ''
}

/** Who this is. */
export function Head({ contact: c }: { contact: Schema<'MyContact'> }) {
  const [correcting, setCorrecting] = useState(false)
  const warning = caution(c)
  return (
    <header className="head">
      <div className="who">
        <Avatar id={c.id} name={c.name} size={52} />
        <div className="who-words">
          <h1 translate="no">{c.name || t('m.nameless')}</h1>
          {c.position ? (
            <span className="who-company" translate="no">
              {c.position}
            </span>
          ) : (
            <span className="who-company">{t('m.position.unknown')}</span>
          )}
        </div>
      </div>
      <div className="chips">
        <button type="button" className="chip chip-button" onClick={() => setCorrecting(true)}>
          {c.role ? word('filter.word.role', c.role) : t('m.role.unknown')}
          <span className="unseen">{t('m.role.correct')}</span>
          <span aria-hidden="true">✎</span>
        </button>
        <StageChip stage={c.stage} />
        <ScoreChip score={c.score.score} />
        {c.others.length > 0 && (
          <span className="chip">
            {t('m.others')} <span translate="no">{c.others.join(' · ')}</span>
          </span>
        )}
      </div>
      {warning && (
        <p className="warn" role="note">
          {warning}
        </p>
      )}
      {correcting && <RoleSheet contact={c} close={() => setCorrecting(false)} />}
    </header>
  )
}
