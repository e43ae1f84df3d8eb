import { freePort } from '../../demo/free-port.ts';

/** A call as V8 names it; lines and columns count from 0. */
export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

export interface Inspector {
  /** Calls a method of the DevTools protocol; rejects with what the program says against it. */
  call<Result>(method: string, params?: object): Promise<Result>;
  close(): void;
}

/** A port, and the flags with which Node lets itself be inspected there and says nothing of it on the console. */
export async function chooseInspectorPort(): Promise<{ port: number; flags: readonly string[] }> {
  const port = await freePort();
  return { port, flags: [`--inspect=127.0.0.1:${port}`, '--inspect-publish-uid=http'] };
}

/** Connects to a Node that was started with those flags. */
export async function inspect(port: number): Promise<Inspector> {
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  if (target === undefined) throw new Error(`nothing can be inspected at port ${port}`);
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as {
      id?: number;
      result?: never;
      error?: { message: string };
    };
    const call = waiting.get(id ?? -1);
    waiting.delete(id ?? -1);
    if (error !== undefined) call?.reject(new Error(error.message));
    else call?.resolve(result as never);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error(`port ${port} takes no inspector`)));
  });
  return {
    call(method, params = {}) {
      last += 1;
      socket.send(JSON.stringify({ id: last, method, params }));
      return new Promise((resolve, reject) => waiting.set(last, { resolve, reject }));
    },
    close: () => socket.close(),
  };
}
