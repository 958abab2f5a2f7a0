import { currentUser } from '../app/current-user.js';
import { EmbedProblem } from '../app/embedded-api.js';
import { watchParentData } from '../app/parent-data.js';
import { runQuery } from '../app/run-query.js';
import { missingSignIns, signIn, signInResources } from '../app/sign-in.js';
import { watchSession } from '../app/watch-session.js';

/** The page that an app without a bundle of its own shows: who is there, and its saved queries by name. */
const sdk = { currentUser, runQuery, signIn, signInResources, watchParentData };
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

/** A button for each resource that the user has to sign in to first. */
async function offerSignIns(): Promise<void> {
  const missing = await missingSignIns();
  place('sign-ins').replaceChildren(
    ...missing.map(({ id, name }) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = `Sign in to ${name}`;
      button.addEventListener('click', () => void signIn(id).finally(offerSignIns).catch(showFailure));
      return button;
    }),
  );
}

const showFailure = (error: unknown): void => {
  place('result').textContent = textOf(error);
};

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
    if (error instanceof EmbedProblem && error.code === 'consent-required') await offerSignIns();
  }
}

const withBigInts = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

function textOf(error: unknown): string {
  if (error instanceof EmbedProblem) return `${error.code}: ${error.message}`;
  return error instanceof SyntaxError ? 'The parameters are not JSON.' : 'The gateway could not be reached.';
}

place('run').addEventListener('submit', (event) => void run(event));
offerSignIns().catch(showFailure);
greet().catch((error: unknown) => {
  place('user').textContent = textOf(error);
});
