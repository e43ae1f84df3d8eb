export { withoutUnsigned } from '../schemes/strip.ts';
