/** What the paths of hookgate.yaml name, where several keys name the same. */
import type { FileUse } from './shape-schema.ts';

export const configured = { secret: false, read: 'with the configuration' } as const;

export const keysFiles: FileUse = { holds: 'keys', ...configured, secret: true, throughRoutes: true };
export const allowlistFile: FileUse = {
  holds: 'allowlist',
  ...configured,
  onlyBeside: { mode: ['enforce', 'observe'] },
  throughRoutes: true,
};
