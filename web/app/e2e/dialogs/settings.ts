import type { Dialog } from './dialog'

export const settings: Dialog[] = [
  {
    file: 'admin/pages/settings/token-dialog.tsx',
    title: 'ui.set.tokens.new',
    page: '/settings/tokens',
    open: (page, say) =>
      page
        .getByRole('button', { name: say('ui.set.tokens.new') })
        .first()
        .click(),
    send: { button: 'ui.set.tokens.make', fill: (dialog) => dialog.getByRole('textbox').first().fill('BI') },
  },
]
