/** What is wrong with the URL of a Redis or Valkey server; undefined when it can be used. */
export function redisUrlProblem(text: string): string | undefined {
  const url = /^rediss?:\/\/[^\s\\]+$/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === '') {
    return 'expected a redis or rediss URL, such as redis://valkey:6379';
  }
  if (url.password !== '')
    return 'expected a URL without password; put it into the file of duplicates.redis.passwordFile';
  if (url.search !== '' || url.hash !== '') return 'expected a URL without query or fragment';
  if (!/^(?:\/\d{0,4})?$/.test(url.pathname))
    return 'expected at most the number of a database after the host, such as /0';
  return undefined;
}
