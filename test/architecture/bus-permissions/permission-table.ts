import type { BusUser } from '@pontage/contracts/permissions';

/** The table as a person reads and reviews it: one user after another, one subject a line. */
export function renderTable(users: readonly BusUser[]): string {
  return users
    .map(({ name, publish, subscribe }) =>
      [
        name,
        '  publish',
        ...publish.map((subject) => `    ${subject}`),
        '  subscribe',
        ...subscribe.map((subject) => `    ${subject}`),
        '',
      ].join('\n'),
    )
    .join('\n');
}

/** The table that {@link renderTable} writes, read again: what is committed decides, not the code that it describes. */
export function readTable(text: string): BusUser[] {
  const users: { name: string; publish: string[]; subscribe: string[] }[] = [];
  let list: string[] = [];
  for (const line of text.split('\n')) {
    const indent = /^ */.exec(line)?.[0].length ?? 0;
    const word = line.trim();
    const user = users.at(-1);
    if (word === '') continue;
    if (indent === 0) users.push({ name: word, publish: [], subscribe: [] });
    else if (indent === 2 && user !== undefined) list = word === 'publish' ? user.publish : user.subscribe;
    else list.push(word);
  }
  return users;
}

/** True when a permission covers a subject: `*` stands for one token, `>` for all that follow. */
export function covers(permission: string, subject: string): boolean {
  const allowed = permission.split('.');
  const asked = subject.split('.');
  for (const [index, token] of allowed.entries()) {
    const word = asked[index];
    if (word === undefined) return false;
    if (token === '>') return true;
    if (word === '>' || (token !== '*' && token !== word)) return false;
  }
  return allowed.length === asked.length;
}
