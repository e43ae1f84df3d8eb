import { expect, test } from 'vitest';
import { startEventApplication } from '../support/event-application.ts';
import { runGate } from '../support/running-gate.ts';
import { signedEvent } from '../support/sign-event.ts';

const body = signedEvent('payment.session.succeeded', { customer: '+ACIALAAi-amount+ACIAOg-9' });

test.each([
  'application/json',
  'Application/JSON',
  'application/json;charset=utf-8',
  'application/json ; Charset = "UTF-8"',
  'application/json; charset=utf8',
  'application/json;',
  'application/json;charset=utf-8;',
  'application/json;;charset=utf-8',
  'application/json ; ; charset="utf-8" ;',
  'application/json; x="a;b, c\\"d"; charset=utf-8',
  'application/vnd.juicyway.v1+json; version=1; charset=utf-8',
])('%s is taken', async (contentType) => {
  const gate = await runGate((await startEventApplication()).url);
  expect((await gate.post(body, { 'content-type': contentType })).status).toBe(200);
});

test.each([
  // The attack: a genuine event that the application is told to decode as something else.
  'application/json; charset=utf-16',
  'application/json; charset=utf-7',
  'application/json; charset=iso-8859-1',
  // Django and Python's email package read the names of RFC 2231.
  "application/json; charset*=utf-8''utf-7",
  'application/json; charset*0=utf-7',
  'application/json; charset*0*=utf-7',
  // Who wins differs.
  'application/json; charset=utf-8; charset=utf-7',
  'application/json; charset=utf-7; charset=utf-8',
  'application/json; charset=utf-8; charset=utf-8',
  'application/json; charset=utf-8=utf-7',
  'application/json; "charset"=utf-7',
  "application/json; 'charset'=utf-7",
  'application/json; x="; charset=utf-7',
  'application/json; x="\\"; charset=utf-7; y=\\""',
  'application/json; x="a; charset=utf-7; b"',
  ';application/json',
  'application/json; charset',
  'application/json; charset=',
  'application/json, text/plain',
  'application/json+x',
  'application/jsonp',
  'text/json',
  'multipart/form-data; boundary=application/json',
])('%s is refused', async (contentType) => {
  const application = await startEventApplication();
  const gate = await runGate(application.url);
  expect(await gate.post(body, { 'content-type': contentType })).toMatchObject({
    status: 415,
    code: 'unsupported_media_type',
  });
  expect(application.events).toEqual([]);
});
