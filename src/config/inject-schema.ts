/** The shape of inject.yaml, which `hookgate inject` reads. */
import { Object as Section, type Static } from 'typebox';
import { choice, closed, count, duration, logLevel, path, text } from './schema-leaves.ts';

const anyPort = (fallback: number) => ({ default: fallback, minimum: 0, maximum: 65_535 });
const plain = (description: string, fallback?: string) => text<string>('plain', description, fallback);

export const injectYaml = Section(
  {
    listen: Section(
      {
        host: text<string>(
          'host',
          'Address or name to listen on; "::" is every address, IPv4 included.',
          '::',
        ),
        port: count('Port of the webhooks (HTTPS); 0 takes any free port.', anyPort(8443)),
      },
      closed('Where the API server calls.'),
    ),
    admin: Section(
      {
        host: text<string>('host', 'Address or name of the admin port.', '::'),
        port: count('Port of metrics, probes and status; 0 takes any free port.', anyPort(9090)),
      },
      closed('The admin port.'),
    ),
    sidecar: Section(
      {
        file: path(
          'YAML file with the container and the volumes that pods get.',
          '/etc/hookgate/inject/sidecar.yaml',
          1,
        ),
        port: plain('Name of the guarded port of pods that have no annotation hookgate.io/port.', 'http'),
        stopDelay: duration(
          'Sleep of an application without preStop of its own before it is told to stop.',
          '3s',
          '0s',
          '5m',
        ),
        stopTime: duration(
          'What the sidecar itself needs to stop; the grace period of pods is raised to it.',
          '45s',
          '0s',
          '1h',
        ),
        native: choice(
          'Native sidecars: auto uses them from Kubernetes 1.33 on.',
          ['auto', 'always', 'never'],
          'auto',
        ),
        privateRegistry: choice(
          'Whether nodes need a Secret to fetch the image of the sidecar.',
          ['yes', 'no'],
          'no',
        ),
        remembersPerPod: choice('Whether each pod remembers only its own events.', ['yes', 'no'], 'no'),
      },
      closed('What pods get.'),
    ),
    certificates: Section(
      {
        mode: choice(
          'selfManaged makes and rotates certificates; existingSecret reads files and hands ca.crt to the webhooks; certManager only reads files; none has no certificate, answers no reviews and only looks (watch).',
          ['selfManaged', 'existingSecret', 'certManager', 'none'],
          'selfManaged',
        ),
        directory: path(
          'Directory with tls.crt and tls.key, and ca.crt for existingSecret.',
          '/etc/hookgate/tls',
        ),
        secret: plain('Secret that selfManaged keeps its certificates in.', ''),
        caLife: duration('Validity of the certificate authority.', '365d', '10s', '3650d'),
        leafLife: duration('Validity of the certificate that is served.', '7d', '5s', '365d'),
        overlap: duration(
          'How long an old and a new authority are trusted together, before and after the change.',
          '1h',
          '1s',
          '30d',
        ),
        interval: duration('Time between looks at Secret and webhooks.', '10s', '100ms', '1h'),
      },
      closed('How the API server comes to trust this server.'),
    ),
    kubernetes: Section(
      {
        server: plain('URL of the API server; empty: the one of the pod.', ''),
        caFile: path('PEM file of its authority.', '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt'),
        tokenFile: path(
          'File with the token; read again for every call.',
          '/var/run/secrets/kubernetes.io/serviceaccount/token',
        ),
        namespace: plain('Namespace of this server.', ''),
        service: plain('Service of this server, by which the API server calls it.', ''),
        mutatingWebhook: plain(
          'Name of the MutatingWebhookConfiguration, or of the MutatingAdmissionPolicy where it only looks.',
          '',
        ),
        validatingWebhook: plain('Name of the ValidatingWebhookConfiguration with the warnings.', ''),
      },
      closed('The API server and the names of the objects that belong to this server.'),
    ),
    watch: Section(
      {
        namespaces: plain(
          'Namespaces whose Services and pods are looked at, with commas between them; empty: of the whole cluster.',
          '',
        ),
        interval: duration('Time between looks at Services that lead past a gate.', '1m', '100ms', '1h'),
      },
      closed('What is looked at beside reviews.'),
    ),
    drain: Section(
      {
        delay: duration(
          'How long reviews are answered after it is told to stop: until other pods are ready, where all end at once.',
          '10s',
          '0s',
          '5m',
        ),
      },
      closed('How it stops.'),
    ),
    log: Section(
      {
        level: logLevel(),
      },
      closed('The log.'),
    ),
  },
  closed('Settings of the injector.'),
);

/** Durations in milliseconds. */
export type InjectConfig = Static<typeof injectYaml>;
