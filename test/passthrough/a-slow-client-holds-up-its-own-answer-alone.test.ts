import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { PassedExchange } from '../../src/forward/passed-exchange.ts';
import { createStandstill } from '../../src/forward/standstill.ts';

/** A client that takes nothing in: every write fills its connection. */
function slowClient() {
  const response = Object.assign(new EventEmitter(), {
    headersSent: false,
    destroyed: false,
    writeHead() {
      response.headersSent = true;
    },
    flushHeaders() {},
    write: () => false,
    end() {},
  });
  return response;
}

function begun(socket: Socket) {
  const request = { method: 'GET', url: '/', headers: {} } as unknown as IncomingMessage;
  const response = slowClient();
  const passed = {
    request,
    response: response as unknown as ServerResponse,
    headers: [],
    requestId: 'x',
    hasBody: false,
  };
  const none = (): void => {};
  const rules = {
    prefix: '',
    host: 'a',
    standstill: createStandstill(1_000_000),
    uploadIdleMs: 1_000,
    onAnswered: none,
    onBytes: none,
    onFailed: none,
  };
  const exchange = new PassedExchange(passed, rules);
  expect(exchange.begin(socket)).toBe(true);
  // The system has all of the request at once.
  exchange.write(
    { write: (_text: string, _coding: string, done: () => void) => done() } as unknown as Socket,
    'keep-alive',
    none,
  );
  exchange.takeHead({ minorVersion: 1, status: 200, reason: 'OK', headers: ['Content-Length', '4'] });
  exchange.takeContent(Buffer.from('ab'));
  exchange.takeContent(Buffer.from('cd'));
  return { exchange, response };
}

test('while the client takes nothing in, the application is not read', () => {
  const socket = new Socket();
  const { response } = begun(socket);
  expect(socket.isPaused()).toBe(true);
  response.emit('drain');
  expect(socket.isPaused()).toBe(false);
});

test('once the answer is whole the connection is read on, for whoever has it next', () => {
  const socket = new Socket();
  const { exchange, response } = begun(socket);
  exchange.end();
  expect(socket.isPaused()).toBe(false);
  socket.pause();
  response.emit('drain');
  expect(socket.isPaused()).toBe(true);
});
