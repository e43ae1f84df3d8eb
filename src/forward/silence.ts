/** Calls once when nothing has touched it for some time; milliseconds. */
export class Silence {
  #timer: NodeJS.Timeout;

  constructor(afterMs: number, onSilent: () => void) {
    this.#timer = setTimeout(onSilent, afterMs);
  }

  touch(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
