import { t, word } from '../../shared/i18n'
import { Avatar } from '../parts/avatar'
import { ScoreChip, StageChip } from '../parts/chips'
import { byRole, type Person } from './roles'

/** The people of the company by their part in buying, with what reached them. */
export function Buying({ people }: { people: Person[] }) {
  const groups = byRole(people)
  return (
    <section aria-labelledby="people">
      <h2 id="people">{t('m.people.title')}</h2>
      {groups.length === 0 && <p className="soft">{t('m.people.nobody')}</p>}
      {groups.map((g) => (
        <div key={g.role} className="card">
          <h3>{g.role ? word('filter.word.role', g.role) : t('m.role.unknown')}</h3>
          <ul className="plain">
            {g.people.map((p) => (
              <li key={p.id} className="who">
                <Avatar id={p.id} name={p.name} size={36} />
                <div className="who-words">
                  <span className="who-name">
                    <span translate="no">{p.name || t('m.nameless')}</span>
                    {p.is_kp && <span className="chip kp">{t('m.kp')}</span>}
                  </span>
                  {p.position && (
                    <span className="who-company" translate="no">
                      {p.position}
                    </span>
                  )}
                  <div className="chips">
                    <StageChip stage={p.stage} />
                    <ScoreChip score={p.score} />
                    <span className={p.marketing + p.sales > 0 ? 'chip' : 'chip untouched'}>
                      {p.marketing + p.sales > 0 ? t('m.touches', { n: p.marketing + p.sales }) : t('m.touches.none')}
                    </span>
                  </div>
                </div>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  )
}
