import { flamePicture } from '../report/svg/flames.ts';
import { type Call, eachCall } from './call-tree.ts';
import { layFrames } from './flame-layout.ts';
import { allKinds, type Kind, kindOf } from './room-colours.ts';

/** Narrower calls would be lines without a word, and thousands of them. */
const least = 0.003;

/** A profile as a flame graph, coloured by room; `amount` says a weight in words. */
export function drawFlames(title: string, amount: (weight: number) => string, root: Call): string {
  const share = (weight: number): string => `${((100 * weight) / root.total).toFixed(1)} %`;
  const ofKind = new Map<Kind, number>();
  for (const { place, self } of eachCall(root)) {
    const kind = kindOf(place.room);
    ofKind.set(kind, (ofKind.get(kind) ?? 0) + self);
  }
  const legend = allKinds.flatMap((kind) => {
    const own = ofKind.get(kind) ?? 0;
    return own === 0 ? [] : [{ label: `${kind.name} ${share(own)}`, colour: kind.colour }];
  });
  const flames = layFrames(root, least).map(({ call, depth, x, width }) => {
    const label = depth === 0 ? `the main thread: ${amount(call.total)}` : call.place.name;
    const tip =
      depth === 0
        ? label
        : `${label}\n${call.place.room}\n${share(call.total)} with what it calls, ${amount(call.total)}\n${share(call.self)} by itself`;
    return { label, tip, row: depth, x, width, colour: kindOf(call.place.room).colour };
  });
  const note = `A call stands on its caller, as wide as its share of the whole; under ${100 * least} % is left out. Colours are rooms, with their own shares.`;
  return flamePicture(`${title[0]?.toUpperCase()}${title.slice(1)}`, note, legend, flames);
}
