import { readFileSync } from 'node:fs';

export interface ImageSettings {
  /** `NAME=value`, as the Dockerfile sets them. */
  readonly variables: readonly string[];
  /** Node's flags, in front of the program. */
  readonly flags: readonly string[];
}

/** What the image starts Node with, in the words of its Dockerfile. @throws where they do not stand there. */
export function readImageSettings(): ImageSettings {
  const dockerfile = readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8');
  const variables = /^ENV (NODE_ENV=.*)$/m.exec(dockerfile)?.[1];
  const entryPoint = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1];
  if (variables === undefined || entryPoint === undefined)
    throw new Error('the Dockerfile has no line ENV NODE_ENV=… or no ENTRYPOINT');
  return {
    variables: variables.split(' '),
    flags: (JSON.parse(entryPoint) as string[]).slice(1, -1),
  };
}
