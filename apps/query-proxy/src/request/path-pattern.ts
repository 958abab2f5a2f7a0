// Path patterns of a resource's policy. `*` stands for any text within one segment (and for a whole segment, not an empty
// one), once a segment; `**` for any number of segments, once a pattern. Everything else is literal, and case counts.
// No regular expression is made of a pattern: matching takes one look at each segment.

/**
 * The path, decoded once, without its last slash; undefined when servers could disagree about what it means: empty
 * segments, matrix parameters, slashes and backslashes in any encoding, twice encoded or broken escapes, control
 * characters, characters that become separators in compatibility forms (Unicode NFKC).
 */
export function plainPath(path: string): string | undefined {
  if (/\/\/|[;\\]|%(?:2f|3b|5c)/i.test(path)) return undefined;
  const decoded = decodedOnce(path.replaceAll(/%(?![0-9a-f]{2})/gi, '%25'));
  // eslint-disable-next-line no-control-regex -- the control characters are what must not get in
  if (decoded === undefined || /[\u0000-\u001f\u007f?#\\;]|%[0-9a-f]{2}/i.test(decoded)) return undefined;
  if (separatorsIn(decoded.normalize('NFKC')) !== separatorsIn(decoded)) return undefined;
  const whole = decoded.startsWith('/') ? decoded : `/${decoded}`;
  return whole.length > 1 && whole.endsWith('/') ? whole.slice(0, -1) : whole;
}

/** True when a path as {@link plainPath} gives it fits the pattern. */
export function matchesPattern(pattern: string, path: string): boolean {
  const wanted = pattern.slice(1).split('/');
  const given = path.slice(1).split('/');
  const rest = wanted.indexOf('**');
  if (rest === -1)
    return wanted.length === given.length && wanted.every((each, index) => fits(each, given[index] ?? ''));
  const after = wanted.slice(rest + 1);
  // "/" has no segments, so that "/**" fits it.
  const segments = path === '/' ? [] : given;
  if (segments.length < rest + after.length) return false;
  const tail = segments.slice(segments.length - after.length);
  return (
    wanted.slice(0, rest).every((each, index) => fits(each, segments[index] ?? '')) &&
    after.every((each, index) => fits(each, tail[index] ?? ''))
  );
}

function fits(pattern: string, segment: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === segment;
  if (pattern === '*') return segment !== '';
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return segment.length >= before.length + after.length && segment.startsWith(before) && segment.endsWith(after);
}

const separatorsIn = (text: string): number => text.match(/[./\\;?#%]/g)?.length ?? 0;

function decodedOnce(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
