/** The colours of the rooms in the flame graphs, the same in each picture; dark text is read on all of them. */

export interface Kind {
  /** What the legend calls it. */
  readonly name: string;
  readonly colour: string;
}

type KindOfRooms = Kind & { readonly holds: (room: string) => boolean };

/** In the legend's order; a room is of the first kind that holds it. */
const kinds: readonly KindOfRooms[] = [
  ...[
    ['src/server', '#8ecf9a'],
    ['src/pipeline', '#b9e07c'],
    ['src/gates', '#7fd3c4'],
    ['src/schemes', '#e3e36b'],
    ['src/claims', '#c5b3ea'],
    ['src/stores', '#5fb57f'],
    ['src/forward', '#e5a9d6'],
  ].map(([name = '', colour = '']) => ({ name, colour, holds: (room: string) => room === name })),
  { name: 'other rooms of src', colour: '#c6d9a5', holds: (room) => room.startsWith('src/') },
  { name: 'undici', colour: '#f6b25e', holds: (room) => room === 'library: undici' },
  { name: 'other libraries', colour: '#f5dc9c', holds: (room) => room.startsWith('library: ') },
  { name: 'node:…', colour: '#9fc4ee', holds: (room) => room.startsWith('node: ') },
  { name: 'garbage collector', colour: '#ea8f8f', holds: (room) => room === '(garbage collector)' },
];
const rest: Kind = { name: 'natives, V8, outside of calls', colour: '#d3d9de' };

/** The kinds of rooms that have a colour. */
export const allKinds: readonly Kind[] = [...kinds, rest];

export function kindOf(room: string): Kind {
  return kinds.find(({ holds }) => holds(room)) ?? rest;
}
