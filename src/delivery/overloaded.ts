import { type Rejection, reject } from './rejections.ts';

/** No more deliveries may be at the application at once. */
export const noPlace = (): Rejection =>
  reject('overloaded', 'as many deliveries are being forwarded as limits.inFlight allows');

/** No more bytes may be held for bodies and answers. */
export const noRoom = (): Rejection => reject('overloaded', 'the bytes of limits.bufferedBytes are taken');
