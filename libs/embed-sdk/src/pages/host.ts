import { currentUser } from '../app/current-user.js';
import { EmbedProblem } from '../app/embedded-api.js';
import { watchParentData } from '../app/parent-data.js';
import { runQuery } from '../app/run-query.js';
import { watchSession } from '../app/watch-session.js';

/** The page that an app without a bundle of its own shows: who is there, and its saved queries by name. */
const sdk = { currentUser, runQuery, watchParentData };
Object.assign(globalThis, { pontage: sdk });

const place = <E extends HTMLElement>(id: string): E => {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element as E;
};

async function greet(): Promise<void> {
  const user = await currentUser();
  const name = [user.firstName, user.lastName].filter((part) => part !== null).join(' ');
  place('user').textContent = name === '' ? (user.email ?? user.externalIdentifier) : name;
  watchSession(user.expiresAt);
}

async function run(event: SubmitEvent): Promise<void> {
  event.preventDefault();
  const output = place('result');
  output.textContent = '…';
  try {
    const params = JSON.parse(place<HTMLTextAreaElement>('params').value || '{}') as Record<string, unknown>;
    const { status, body } = await runQuery(place<HTMLInputElement>('query').value, params);
    output.textContent = `${status}\n${typeof body === 'string' ? body : JSON.stringify(body, withBigInts, 2)}`;
  } catch (error) {
    output.textContent = textOf(error);
  }
}

const withBigInts = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

function textOf(error: unknown): string {
  if (error instanceof EmbedProblem) return `${error.code}: ${error.message}`;
  return error instanceof SyntaxError ? 'The parameters are not JSON.' : 'The gateway could not be reached.';
}

place('run').addEventListener('submit', (event) => void run(event));
greet().catch((error: unknown) => {
  place('user').textContent = textOf(error);
});
