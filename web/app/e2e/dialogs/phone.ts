import type { Dialog } from './dialog'

export const phone: Dialog[] = []
