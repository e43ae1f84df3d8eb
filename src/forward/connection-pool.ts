import type { Socket } from 'node:net';
import { afterALook } from '../values/after-a-look.ts';
import { AddressesFull, type Dial } from './dial.ts';
import { type ConnectionRules, UpstreamConnection, type UpstreamExchange } from './upstream-connection.ts';

export interface PoolRules extends ConnectionRules {
  /** Bounds the connections to each address. */
  readonly dial: Dial;
  /** Connections to each address, at most. */
  readonly connections: number;
}

/** Gives each exchange a connection, in the order in which they came. */
export class ConnectionPool {
  #rules: PoolRules;
  #resting: UpstreamConnection[] = [];
  #waiting: UpstreamExchange[] = [];
  #opening = 0;
  #open = 0;
  /** Connections that have closed so far. */
  #closed = 0;
  /** Connections that it may have, as far as is known: how many addresses there are shows only when one more is tried for. */
  #room: number;
  #isClosed = false;

  constructor(rules: PoolRules) {
    this.#rules = rules;
    this.#room = rules.connections;
  }

  add(exchange: UpstreamExchange): void {
    this.#waiting.push(exchange);
    this.#serve();
  }

  /** Gives it a fresh connection, even where as many as may be are open. */
  addToNew(exchange: UpstreamExchange): void {
    this.#room -= 1;
    this.#rules.dial((error, socket) => {
      if (socket !== null) return void this.#connect(socket).send(exchange);
      this.#room += 1;
      exchange.fail(error ?? new Error('no connection'), false);
    });
  }

  /** Lets go of every connection that rests, now and later. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#resting.splice(0)) connection.close();
  }

  #serve(): void {
    while (this.#peek() !== undefined) {
      // The application will keep the one that was used last for longest.
      const connection = this.#resting.pop();
      if (connection !== undefined) this.#use(connection, this.#waiting.shift() as UpstreamExchange);
      else if (this.#room > 0 && this.#opening < this.#waiting.length) this.#openOne();
      else return;
    }
  }

  #peek(): UpstreamExchange | undefined {
    while (this.#waiting[0]?.isSettled === true) this.#waiting.shift();
    return this.#waiting[0];
  }

  #use(connection: UpstreamConnection, exchange: UpstreamExchange): void {
    afterALook(() => {
      if (!connection.isGone) return void connection.send(exchange);
      this.#waiting.unshift(exchange);
      this.#serve();
    });
  }

  #openOne(): void {
    this.#opening += 1;
    this.#room -= 1;
    const closedBefore = this.#closed;
    this.#rules.dial((error, socket) => {
      this.#opening -= 1;
      if (error instanceof AddressesFull) {
        // Every address was full. Try again only if a connection has closed meanwhile, or none is left to close later.
        const mayHaveRoom = this.#closed !== closedBefore || this.#open + this.#opening === 0;
        this.#room = mayHaveRoom ? Math.max(this.#room, 1) : 0;
        // In the next turn of the loop: by then a connection that has closed has given its place back.
        if (mayHaveRoom) setImmediate(() => this.#serve());
        return;
      }
      const exchange = this.#peek();
      if (exchange !== undefined) this.#waiting.shift();
      if (socket === null) {
        this.#room += 1;
        exchange?.fail(error ?? new Error('no connection'), false);
      } else {
        this.#room = Math.max(this.#room, 1);
        const connection = this.#connect(socket);
        if (exchange === undefined) connection.rest();
        else connection.send(exchange);
      }
      this.#serve();
    });
  }

  #connect(socket: Socket): UpstreamConnection {
    this.#open += 1;
    return new UpstreamConnection(socket, this.#rules, {
      onRest: (rested) => this.#rest(rested),
      onGone: (gone) => this.#forget(gone),
    });
  }

  #rest(connection: UpstreamConnection): void {
    if (this.#isClosed && this.#peek() === undefined) return void connection.close();
    this.#resting.push(connection);
    this.#serve();
  }

  #forget(connection: UpstreamConnection): void {
    this.#room += 1;
    this.#open -= 1;
    this.#closed += 1;
    const at = this.#resting.indexOf(connection);
    if (at !== -1) this.#resting.splice(at, 1);
    this.#serve();
  }
}
