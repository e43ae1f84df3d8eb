import { formatDuration } from '../values/units.ts';
import type { Profile } from './settings.ts';

/** A profile as the `scheme` of a route, with its sources: ready to be put into hookgate.yaml and changed. */
export function profileYaml(profile: Profile): string {
  const { timestamp } = profile;
  const keys: [string, string][] = [
    ['profile', profile.name],
    ['signature', quote(profile.signature)],
    ['prefix', quote(profile.prefix)],
    ['algorithm', profile.algorithm],
    ['encoding', profile.encoding],
    ['message', quote(profile.message)],
    ['key', quote(profile.key)],
    [
      'timestamp',
      `{ from: ${quote(timestamp.from)}, unit: ${timestamp.unit}, tolerance: ${formatDuration(timestamp.tolerance)} }`,
    ],
    ['event', quote(profile.event)],
    ['id', quote(profile.id)],
    ['triesAgainFor', profile.triesAgainFor],
    ['publicUrl', quote(profile.publicUrl)],
  ];
  const comments = [
    profile.title,
    ...profile.notes,
    profile.deadlineMs === undefined
      ? 'How long it waits for an answer is not known.'
      : `It waits ${formatDuration(profile.deadlineMs)} for an answer.`,
    ...profile.sources.map((source) => `Source: ${source}`),
  ];
  return [
    ...comments.map((line) => `# ${line}`),
    'scheme:',
    ...keys.map(([key, text]) => `  ${key}: ${text}`),
    '',
  ].join('\n');
}

function quote(text: string): string {
  return JSON.stringify(text);
}
