import { expect, it } from 'vitest'
import { clockOf } from './clock-text'

it('reads times of day as people type them', () => {
  expect(['9', '930', '9:30', '09：30', ' 18.05 ', '0'].map(clockOf)).toEqual(['09:00', '09:30', '09:30', '09:30', '18:05', '00:00'])
})

it('knows what is none', () => {
  expect(['', '25', '9:3', '9:60', 'noon', '12345'].map(clockOf)).toEqual(Array(6).fill(undefined))
})
