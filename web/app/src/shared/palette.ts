// The product's few colours beside those of the component library's theme.
// Marketing and sales keep theirs on every picture.

export interface Palette {
  brand: string
  marketing: string
  sales: string
  good: string
  waiting: string
  bad: string
  quiet: string
}

export const lightPalette: Palette = {
  brand: '#0f766e',
  marketing: '#0f766e',
  sales: '#ad4b12',
  good: '#177a4e',
  waiting: '#8a5a00',
  bad: '#b3292c',
  quiet: '#6b737b',
}

export const darkPalette: Palette = {
  brand: '#2fa596',
  marketing: '#4cc0b0',
  sales: '#f0955c',
  good: '#43b883',
  waiting: '#e5ab3a',
  bad: '#f28b8d',
  quiet: '#9aa4ad',
}
