import { rule, type Target } from '../target.ts';

/** A fault behind three bytes, one after the other: chance alone finds it once in 2^24 inputs. */
export const target: Target = {
  name: 'planted-fault',
  seeds: [Buffer.from('....')],
  words: [],
  fuzz: (data) => {
    if (data[0] !== 0x47) return;
    if (data[1] !== 0x41) return;
    rule(data[2] !== 0x54, 'the planted fault');
  },
};
