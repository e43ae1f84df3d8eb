import { expect, test } from 'vitest';
import { createAnswerReader } from '../../bench/load/answer-reader.ts';

const answers = [
  { how: 'by its length', text: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', status: 200 },
  { how: 'without a body', text: 'HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n', status: 401 },
  {
    how: 'by its last chunk',
    text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    status: 200,
  },
  {
    how: 'after an interim answer',
    text: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx',
    status: 200,
  },
];

test.each(answers)('an answer that ends $how is read however it is cut up', ({ text, status }) => {
  for (let size = 1; size <= text.length; size++) {
    const reader = createAnswerReader();
    const seen: (number | undefined)[] = [];
    for (let at = 0; at < text.length; at += size)
      seen.push(reader.read(Buffer.from(text.slice(at, at + size))));

    expect(seen.filter((one) => one !== undefined)).toEqual([status]);
    expect(seen.at(-1)).toBe(status);
  }
});

test('two answers on one connection are two', () => {
  const reader = createAnswerReader();
  const { text } = answers[0] as (typeof answers)[0];

  expect([reader.read(Buffer.from(text)), reader.read(Buffer.from(text))]).toEqual([200, 200]);
  expect(reader.isLast).toBe(false);
});

test('an answer that says so is the last of its connection', () => {
  const reader = createAnswerReader();

  expect(reader.read(Buffer.from('HTTP/1.1 403 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'))).toBe(
    403,
  );
  expect(reader.isLast).toBe(true);
});

test('an answer without a length ends with its connection', () => {
  const reader = createAnswerReader();

  expect(reader.read(Buffer.from('HTTP/1.1 200 OK\r\n\r\nhello'))).toBeUndefined();
  expect(reader.end()).toBe(200);
});

test('a connection that ends within an answer gave none', () => {
  const reader = createAnswerReader();
  reader.read(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel'));

  expect(reader.end()).toBeUndefined();
});
