import type { AddressSet } from '../addresses/address-set.ts';
import type { Route } from '../config/config.ts';
import type { SignForwarded } from '../forward/forward-signature.ts';
import type { Upstream } from '../forward/upstream.ts';
import type { Scan } from '../schemes/envelope.ts';
import type { Verify } from '../schemes/verify.ts';

/** A route as the gates need it: what its configuration says, compiled with what its files hold. */
export interface LiveRoute extends Route {
  /** Who may send to it. */
  readonly admits: AddressSet;
  /** Finds what is read of a body before its signature is checked. */
  readonly open: (body: Buffer) => Scan;
  readonly verify: Verify;
  /** Undefined: it takes every event. */
  readonly wants: TakesEvent | undefined;
  readonly application: Upstream;
  /** Undefined: what is forwarded is not signed. */
  readonly signForwarded: SignForwarded | undefined;
}

/** Whether a route takes events of this name. */
export type TakesEvent = (event: string | undefined) => boolean;
