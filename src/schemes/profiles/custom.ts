import { type Profile, usualSettings } from '../settings.ts';

export const custom: Profile = {
  ...usualSettings,
  name: 'custom',
  title: 'Any other sender: every key is written by the operator',
  notes: ['signature must be stated, and message is the whole body unless it is stated otherwise.'],
  sources: ['docs/schemes.md'],
  signature: '',
  deadlineMs: undefined,
};
