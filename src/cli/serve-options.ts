/** The options of `serve` that stand for keys of the configuration. */
export interface ServeOptions {
  config?: string;
  upstream?: string;
  listen?: string;
  admin?: string;
  path?: string;
  keysDirectory?: string;
  allow?: string[];
  storeFile?: string;
}

export interface ServeOption {
  readonly key: keyof ServeOptions;
  /** Without its dashes. */
  readonly flag: string;
  readonly value: string;
  readonly about: string;
  readonly isRepeatable?: true;
}

/** In the order in which `--help` lists them; all take a value. */
export const serveOptions: readonly ServeOption[] = [
  {
    key: 'config',
    flag: 'config',
    value: '<file>',
    about: 'hookgate.yaml; without it and without flags, /etc/hookgate/hookgate.yaml',
  },
  {
    key: 'upstream',
    flag: 'upstream',
    value: '<url>',
    about: 'the application, such as http://127.0.0.1:3000',
  },
  { key: 'listen', flag: 'listen', value: '<host:port>', about: 'traffic port' },
  { key: 'admin', flag: 'admin', value: '<host:port>', about: 'admin port: metrics, health, status' },
  { key: 'path', flag: 'path', value: '<path>', about: 'webhook path, such as /webhooks/juicyway' },
  {
    key: 'keysDirectory',
    flag: 'keys-directory',
    value: '<directory>',
    about: 'one file a key (Juicyway: a business ID)',
  },
  {
    key: 'allow',
    flag: 'allow',
    value: '<cidr>',
    about: 'address or range of the sender (repeatable); replaces the allowlist file',
    isRepeatable: true,
  },
  { key: 'storeFile', flag: 'store-file', value: '<file>', about: 'file of the embedded duplicate store' },
];
