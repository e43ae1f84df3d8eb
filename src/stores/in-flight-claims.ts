import { randomUUID } from 'node:crypto';
import { BriefMap } from '../values/brief-map.ts';

/** One delivery's hold on a key. The truth about it dies with the process, as the delivery itself does. */
export interface InFlightClaim {
  readonly key: string;
  readonly token: string;
  /** Monotonic milliseconds at which another delivery may take the key over. */
  leaseEndsAt: number;
  /** Writers that are recording the key now: until they are done, nobody may take it over, lapsed or not. */
  recording: number;
  /** The question to the file whether the key is delivered, while it is open. */
  asking: Promise<boolean> | undefined;
}

export interface InFlightClaims {
  /** The claim that keeps others away from the key now; undefined when there is none, or a lapsed one. */
  holder(key: string): InFlightClaim | undefined;
  /** Makes a new claim with a token of its own in the place of whatever lapsed claim was there. */
  hold(key: string, leaseMs: number): InFlightClaim;
  /**
   * The claim to record under: the token's own, or, when that has lapsed and nobody has taken it over, one made anew
   * so that no other delivery slips in before the record is durable. Undefined when somebody else holds the key.
   */
  startRecording(key: string, token: string): InFlightClaim | undefined;
  /** Ends one recording. A recorded claim is gone; a failed one stays as it was, to be confirmed again or to lapse. */
  endRecording(claim: InFlightClaim, recorded: boolean): void;
  /** Forgets the claim if it is still in its place. */
  drop(claim: InFlightClaim): void;
  /** Gives the key free when `token` holds it and nobody is recording it. */
  release(key: string, token: string): void;
  /** Removes lapsed claims at the old end; holders that came to nothing would pile up otherwise. */
  removeLapsed(atMost: number): void;
  readonly size: number;
}

/** The deliveries in progress in this process. `now` is monotonic milliseconds. */
export function createInFlightClaims(now: () => number): InFlightClaims {
  const claims = new BriefMap<string, InFlightClaim>();
  // Told from those of other stores by this, and from each other by their number: a UUID for each is twenty texts.
  const store = randomUUID();
  let held = 0;

  const isLive = (claim: InFlightClaim): boolean =>
    claim.recording > 0 || claim.asking !== undefined || now() < claim.leaseEndsAt;

  const place = (key: string, token: string, leaseEndsAt: number): InFlightClaim => {
    const claim: InFlightClaim = { key, token, leaseEndsAt, recording: 0, asking: undefined };
    // Deleted first, so that the map stays in the order of age, which removeLapsed relies on.
    claims.delete(key);
    claims.set(key, claim);
    return claim;
  };

  const drop = (claim: InFlightClaim): void => {
    if (claims.get(claim.key) === claim) claims.delete(claim.key);
  };

  return {
    holder(key) {
      const claim = claims.get(key);
      return claim !== undefined && isLive(claim) ? claim : undefined;
    },
    hold: (key, leaseMs) => place(key, `${store}/${++held}`, now() + leaseMs),
    startRecording(key, token) {
      let claim = claims.get(key);
      if (claim?.token !== token) {
        if (claim !== undefined && isLive(claim)) return undefined;
        claim = place(key, token, now());
      }
      claim.recording++;
      return claim;
    },
    endRecording(claim, recorded) {
      claim.recording--;
      if (recorded) drop(claim);
    },
    drop,
    release(key, token) {
      const claim = claims.get(key);
      if (claim?.token === token && claim.recording === 0) claims.delete(key);
    },
    removeLapsed(atMost) {
      let looked = 0;
      for (const claim of claims.values()) {
        if (looked++ >= atMost || isLive(claim)) return;
        claims.delete(claim.key);
      }
    },
    get size() {
      return claims.size;
    },
  };
}
