/**
 * Other spellings of X-Forwarded-For. Applications trust one or another of them for who sent a request, and only
 * a trusted proxy may say that.
 */
export const clientFields: readonly string[] = [
  'forwarded',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'x-cluster-client-ip',
  'x-original-forwarded-for',
];
