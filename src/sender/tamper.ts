import { withForgedAmount } from './sample-event.ts';

/** What to spoil in a signed event: each must be refused by the gate. */
export type Tampering = 'checksum' | 'data' | 'event' | 'missing';

/** A body whose checksum is genuine for `event` and `dataJson`, spoilt in one place. */
export function tamper(
  tampering: Tampering,
  signed: { readonly body: string; readonly event: string; readonly dataJson: string },
): string {
  const { event, dataJson } = signed;
  const { checksum } = JSON.parse(signed.body) as { checksum: string };
  switch (tampering) {
    case 'checksum':
      return compose((checksum.startsWith('0') ? '1' : '0') + checksum.slice(1), dataJson, event);
    case 'data':
      return compose(checksum, withForgedAmount(dataJson), event);
    case 'event':
      return compose(checksum, dataJson, `${event}.forged`);
    case 'missing':
      return compose(undefined, dataJson, event);
  }
}

function compose(checksum: string | undefined, dataJson: string, event: string): string {
  const first = checksum === undefined ? '' : `"checksum":${JSON.stringify(checksum)},`;
  return `{${first}"data":${dataJson},"event":${JSON.stringify(event)}}`;
}
