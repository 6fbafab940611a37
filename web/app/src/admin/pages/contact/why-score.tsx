import { useQuery } from '@tanstack/react-query'
import { Tag } from 'antd'
import { api, must } from '../../../shared/api'
import { formatNumber, t } from '../../../shared/i18n'
import { Card } from '../../card'
import { Ask } from '../../states'

/** The score, where it comes from and what would change it. */
export function WhyScore({ id }: { id: number }) {
  const query = useQuery({
    queryKey: ['contact', id, 'score'],
    queryFn: () => must(api.GET('/contacts/{id}/score', { params: { path: { id } } })),
  })
  return (
    <Card title={t('ui.score.why')}>
      <Ask query={query} rows={6}>
        {(s) => (
          <>
            <p className="score-lead">
              <b>{formatNumber(Math.floor(s.score))}</b> <span className="soft">{t('ui.score.grade', { grade: s.grade })}</span>{' '}
              {s.mql && <Tag>MQL</Tag>}
            </p>
            <ul className="score-parts">
              {s.bars.map((b) => (
                <li key={b.part}>
                  <span className={`score-part ${b.part}`} aria-hidden>
                    <i style={{ width: `${Math.min(100, b.value)}%` }} />
                  </span>
                  {b.text}
                </li>
              ))}
            </ul>
            {s.silence && <p className="score-bad">{s.silence.text}</p>}
            <Sentences
              title={t('ui.score.because')}
              items={s.contributions.map((c) => ({ key: `${c.rule}-${c.activity_id}`, text: c.text }))}
            />
            {s.fading && <p className="soft">{s.fading.text}</p>}
            <Sentences title={t('ui.score.what-if')} items={s.what_if.map((w) => ({ key: w.rule, text: w.text, strong: w.mql }))} />
            <Sentences title={t('ui.score.ask')} items={s.ask.map((a) => ({ key: a.field, text: a.text }))} />
            <details>
              <summary>{t('ui.standing.fit.why')}</summary>
              <ul>
                {s.fit_fields.map((f) => (
                  <li key={f.field}>{f.text}</li>
                ))}
              </ul>
            </details>
          </>
        )}
      </Ask>
    </Card>
  )
}

function Sentences({ title, items }: { title: string; items: { key: string; text: string; strong?: boolean }[] }) {
  if (items.length === 0) return null
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {items.slice(0, 5).map((i) => (
          <li key={i.key}>{i.strong ? <strong>{i.text}</strong> : i.text}</li>
        ))}
      </ul>
    </>
  )
}
