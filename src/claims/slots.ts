/** Counts what is being forwarded, so that a slow application cannot make the gate hoard deliveries. */
export interface Slots {
  /** Takes a place; false when all are taken. */
  enter(): boolean;
  leave(): void;
  readonly taken: number;
}

export function createSlots(max: number): Slots {
  let taken = 0;
  return {
    enter() {
      if (taken >= max) return false;
      taken += 1;
      return true;
    },
    leave() {
      taken -= 1;
    },
    get taken() {
      return taken;
    },
  };
}
