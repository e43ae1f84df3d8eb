import { expect, test } from 'vitest';
import { type Call, callOf, processorTree } from '../../bench/profile/call-tree.ts';
import { drawFlames } from '../../bench/profile/draw-flames.ts';
import { layFrames } from '../../bench/profile/flame-layout.ts';

function call(name: string, self: number, ...children: Call[]): Call {
  return callOf({ room: 'src/gates', name }, self, children);
}

const root = call(
  '(root)',
  0,
  call('cheap', 10, call('leaf', 10)),
  call('dear', 40, call('left', 15), call('right', 22), call('tiny', 1)),
  call('sliver', 2),
);

test('the root is as wide as the whole, and those that it calls lie on it, the dearest first', () => {
  const laid = layFrames(root, 0).map(({ call, depth, x, width }) => [call.place.name, depth, x, width]);

  expect(laid).toEqual([
    ['(root)', 0, 0, 1],
    ['dear', 1, 0, 0.78],
    ['right', 2, 0, 0.22],
    ['left', 2, 0.22, 0.15],
    ['tiny', 2, 0.37, 0.01],
    ['cheap', 1, 0.78, 0.2],
    ['leaf', 2, 0.78, 0.1],
    ['sliver', 1, 0.98, 0.02],
  ]);
});

test('a call that is narrower than the least is left out, and moves none of the others', () => {
  const all = layFrames(root, 0);

  expect(layFrames(root, 0.015)).toEqual(all.filter(({ call }) => call.place.name !== 'tiny'));
});

test('each call lies inside its caller, and beside the others that it calls', () => {
  const frames = layFrames(root, 0);

  for (const { call, depth, x, width } of frames) {
    const children = frames.filter((frame) => call.children.includes(frame.call));
    let from = x;
    for (const child of children) {
      expect(child.depth).toBe(depth + 1);
      expect(child.x).toBeCloseTo(from, 12);
      from = child.x + child.width;
    }
    expect(from).toBeLessThanOrEqual(x + width + 1e-12);
    expect(from - x + call.self / root.total).toBeCloseTo(width, 12);
  }
});

test('nothing is laid of a profile in which nothing was measured', () => {
  expect(layFrames(call('(root)', 0), 0)).toEqual([]);
});

test('a processor profile becomes a tree of what its samples took, without the waiting', () => {
  const node = (id: number, functionName: string, children: number[] = []) => ({
    id,
    callFrame: { functionName, url: '', lineNumber: 0, columnNumber: 0 },
    children,
  });
  const nodes = [node(1, '(root)', [2, 3]), node(2, '(idle)'), node(3, 'outer', [4]), node(4, 'inner')];
  const profile = { nodes, samples: [2, 3, 4, 4, 1, 3], timeDeltas: [900, 200, 210, 190, 50, 100] };

  const tree = processorTree(profile, ({ functionName }) => ({ room: 'here', name: functionName }));

  expect(tree).toMatchObject({ self: 0, total: 700 });
  expect(tree.children).toMatchObject([
    { place: { name: '(idle)' }, total: 0 },
    { place: { name: 'outer' }, self: 300, total: 700, children: [{ self: 400, total: 400 }] },
  ]);
});

test('the picture says of each call its whole name and share under the pointer, and of its label what fits', () => {
  const long = `${'f'.repeat(60)} <anonymous> src/gates/address.ts:1`;

  const svg = drawFlames(
    'time',
    (weight) => `${weight} µs`,
    call('(root)', 0, call(long, 10), call('b', 90)),
  );

  expect(svg).toContain(
    `<title>${'f'.repeat(60)} &lt;anonymous&gt; src/gates/address.ts:1\nsrc/gates\n10.0 % with what it calls, 10 µs\n10.0 % by itself</title>`,
  );
  expect(svg).toMatch(/>f{10,20}…<\/text>/);
  expect(svg).not.toContain('NaN');
});
