/**
 * One file a gate: each takes the stage before it and returns the next stage, or ends the delivery. A gate only
 * decides; it renders nothing, logs nothing and counts nothing.
 *
 * A stage is proof that its gate was passed. Its class is not exported, only its type, and a protected
 * field makes the type nominal: so only the file of its gate can make one, and `forward` cannot be called with anything unverified.
 */
import type { Ending } from '../delivery/answer.ts';

export type Verdict<Next> = Next | Ending;

/** Judges one stage. Gates that wait for nothing return plainly, so that a delivery costs few promises. */
export type Gate<Before, Next> = (stage: Before) => Verdict<Next> | Promise<Verdict<Next>>;
