import { useQuery } from '@tanstack/react-query'
import { Button, Tag } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { formatInstant, t, word } from '../../../shared/i18n'
import { useChange } from '../../change'
import { Page } from '../../page'
import { Ask, Nothing } from '../../states'
import { Sure } from '../../sure'
import { Panel } from './panel'
import { TokenDialog } from './token-dialog'

type Token = Schema<'Token'>

function Row({ token }: { token: Token }) {
  const revoke = useChange(() => must(api.DELETE('/tokens/{id}', { params: { path: { id: token.id } } })), [['tokens']])
  return (
    <li>
      <div className="grow">
        <strong>{token.name}</strong> <Tag>{word('ui.role', token.role)}</Tag>
        <div className="soft">
          {t('ui.set.tokens.made', { at: formatInstant(token.created_at) })}
          {' · '}
          {token.last_used_at ? t('ui.set.tokens.used', { at: formatInstant(token.last_used_at) }) : t('ui.set.tokens.unused')}
        </div>
      </div>
      <Sure
        title={t('ui.set.tokens.revoke.sure', { name: token.name })}
        okText={t('ui.set.tokens.revoke')}
        onConfirm={() => revoke.mutate()}
      >
        <Button danger size="small" loading={revoke.isPending}>
          {t('ui.set.tokens.revoke')}
        </Button>
      </Sure>
    </li>
  )
}

/** Tokens with which other programs use the API. */
export function Tokens() {
  const [making, setMaking] = useState(false)
  const query = useQuery({ queryKey: ['tokens'], queryFn: () => must(api.GET('/tokens', { params: { query: { limit: 100 } } })) })
  const make = (
    <Button type="primary" onClick={() => setMaking(true)}>
      {t('ui.set.tokens.new')}
    </Button>
  )
  return (
    <Page title={t('ui.set.tokens')} lede={t('ui.set.tokens.lede')} actions={make}>
      <Ask query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing why={t('ui.set.tokens.none')}>{make}</Nothing>
          ) : (
            <Panel title={t('ui.set.tokens.list', { n: items.length })}>
              <ul className="list">
                {items.map((token) => (
                  <Row key={token.id} token={token} />
                ))}
              </ul>
            </Panel>
          )
        }
      </Ask>
      {making && <TokenDialog close={() => setMaking(false)} />}
    </Page>
  )
}
