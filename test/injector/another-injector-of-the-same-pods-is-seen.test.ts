import { expect, test } from 'vitest';
import { findRivals, reachesOf, type Selector } from '../../src/injector/rivals.ts';

const namespaces = ['shop', 'billing', 'kube-system'].map((name) => ({
  name,
  labels: { 'kubernetes.io/metadata.name': name, team: name === 'shop' ? 'red' : 'blue' },
}));
const only = (...values: string[]): Selector => ({
  matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }],
});
const but = (...values: string[]): Selector => ({
  matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values }],
});
const labelled = { matchExpressions: [{ key: 'hookgate.io/inject', operator: 'Exists' }] };
const webhook = (name: string, namespaceSelector: Selector, objectSelector: Selector = labelled) => ({
  metadata: { name },
  webhooks: [{ name: 'pods.hookgate.io', namespaceSelector, objectSelector }],
});
const policy = (name: string, namespaceSelector: Selector) => ({
  metadata: { name },
  spec: {
    matchConstraints: {
      namespaceSelector,
      objectSelector: { matchLabels: { 'hookgate.io/inject': 'true' } },
    },
  },
});
const own = webhook('own', only('shop'));

test.each([
  ['none', [own], [], []],
  ['another team', [own, webhook('other', only('billing'))], [], []],
  [
    'the whole cluster',
    [own, webhook('other', but('kube-system'))],
    [],
    [{ name: 'other', namespaces: ['shop'] }],
  ],
  ['a policy', [own], [policy('other', only('billing', 'shop'))], [{ name: 'other', namespaces: ['shop'] }]],
  ['by another label of namespaces', [own, webhook('other', { matchLabels: { team: 'blue' } })], [], []],
  ['everything', [own, webhook('other', {})], [], [{ name: 'other', namespaces: ['shop'] }]],
  [
    'a webhook of somebody else',
    [own, webhook('istio', {}, { matchLabels: { 'istio.io/inject': 'true' } })],
    [],
    [],
  ],
  [
    'pods with another label',
    [
      webhook('own', {}, { ...labelled, matchLabels: { team: 'red' } }),
      webhook('other', {}, { ...labelled, matchLabels: { team: 'blue' } }),
    ],
    [],
    [],
  ],
])('%s', (_what, webhooks, policies, expected) => {
  expect(findRivals('own', reachesOf(webhooks, policies), namespaces)).toEqual(expected);
});
