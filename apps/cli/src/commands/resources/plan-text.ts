import type { AnswerOf } from '@pontage/client';

/** One resource of a plan, or of what was applied. */
export type Change = AnswerOf<'applyResources'>['changes'][number];
type Difference = Change['differences'][number];

const marks = { create: '+', update: '~', delete: '-', none: '=' } as const;
/** A longer value is not shown whole. */
const longestShown = 60;

/** The changes for people: what is there already is only counted. */
export function planText(changes: readonly Change[]): string {
  if (changes.length === 0) return 'nothing to do';
  const telling = changes.filter(({ action }) => action !== 'none');
  const same = changes.length - telling.length;
  const lines = telling.flatMap((change) => [headline(change), ...detailsOf(change)]);
  return [...lines, `${summary(telling)}${same === 0 ? '' : `${telling.length === 0 ? '' : '; '}${same} unchanged`}`]
    .filter((line) => line !== '')
    .join('\n');
}

const headline = ({ name, action, version }: Change): string =>
  `${marks[action]} ${name}: ${action}${version === null ? '' : ` (version ${version})`}`;

function summary(changes: readonly Change[]): string {
  const count = (action: Change['action']) => changes.filter((change) => change.action === action).length;
  return (['create', 'update', 'delete'] as const)
    .filter((action) => count(action) > 0)
    .map((action) => `${count(action)} to ${action}`)
    .join(', ');
}

/** What an update changes. A secret is told by its field alone. */
function detailsOf({ action, differences }: Change): string[] {
  if (action !== 'update') return [];
  return [...new Set(differences.map(differenceText))].map((line) => `    ${line}`);
}

function differenceText({ pointer, from, to }: Difference): string {
  const secret = /^(.*)\/(?:fingerprint|set)$/.exec(pointer)?.[1];
  if (secret !== undefined) return `${pathText(secret)}: secret changed`;
  if (isSecret(from) || isSecret(to))
    return `${pathText(pointer)}: secret ${from === null ? 'added' : to === null ? 'removed' : 'changed'}`;
  return `${pathText(pointer)}: ${shown(from)} → ${shown(to)}`;
}

const isSecret = (value: unknown): boolean => typeof value === 'object' && value !== null && 'fingerprint' in value;

/** `/headers/0/1` → `headers[0][1]`. @see RFC 6901 */
function pathText(pointer: string): string {
  const segments = pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  return segments
    .map((each, index) => (/^\d+$/.test(each) ? `[${each}]` : `${index === 0 ? '' : '.'}${each}`))
    .join('');
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`;
}
