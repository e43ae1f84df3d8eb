import { type Profile, usualSettings } from '../settings.ts';

export const juicyway: Profile = {
  ...usualSettings,
  name: 'juicyway',
  title: 'Juicyway: the checksum stands in the body and covers the event and its data',
  notes: [
    'Nothing signed says when an event was made: the duplicate memory is what keeps a captured body from being used again.',
    'The ways of writing data come from checksum.encodings.',
  ],
  sources: ['https://docs.juicyway.com/webhooks'],
  signature: 'json:/checksum',
  message: '{json:/event}|{json:/data@received,compact,sorted}',
  event: 'json:/event',
  triesAgainFor: '48h',
  deadlineMs: undefined,
};
