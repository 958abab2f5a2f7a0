// The last look at what a process says, before it leaves: log lines, problems, answers, events. A secret that is found
// there is a fault of ours somewhere else; it is masked, counted, and told to whoever writes the audit record.

import { Problem } from '@pontage/problems';
import { Counter } from 'prom-client';
import { metrics } from '../metrics.js';
import { liveSecrets, type LiveSecrets, type Owner, type Sought } from './live-secrets.js';
import { maskValues, type FoundAt } from './mask-values.js';

/** Where something was said. */
export type Outlet = 'log' | 'answer' | 'event';

/** A secret that would have left: never the secret itself. */
export interface Exposure {
  readonly owner: Owner;
  readonly foundIn: Outlet;
  /** `err.message`, or `detail` of a problem. */
  readonly field: string;
}

/** Texts so long do not hold a secret by chance. */
const certainLength = 16;

const exposed = new Counter({
  name: 'pontage_exposed_secrets_total',
  help: 'Secrets that were masked in what a process was about to say, by where.',
  labelNames: ['found_in'],
  registers: [metrics],
});

/** What an event holds besides what names it. */
interface Telling {
  readonly org: string;
  readonly data?: unknown;
  readonly changes?: unknown;
  readonly userAgent?: string | null | undefined;
}

/** Looks through everything that this process says. */
export class OutboundScan {
  private readonly listeners: ((exposure: Exposure) => void)[] = [];
  private isTelling = false;

  constructor(private readonly secrets: LiveSecrets) {}

  /** Tells of each secret that is found from now on. */
  onExposure(listener: (exposure: Exposure) => void): void {
    this.listeners.push(listener);
  }

  /** A line of the log, which is JSON; its outermost names are ours. */
  line(text: string): string {
    if (this.secrets.mask(text) === undefined) return text;
    const found: FoundAt[] = [];
    const clean = maskValues(this.secrets, parsed(text), {}, found);
    this.report('log', found);
    // What is found in no value of the line stands across two of them, and is none.
    return found.length === 0 ? text : `${JSON.stringify(clean)}\n`;
  }

  /** A problem for someone of an organisation (undefined: nobody that is known); `also` are secrets of the call itself. */
  problem(problem: Problem, org: string | undefined, also: readonly string[] = []): Problem {
    if (org === undefined) return problem;
    const { detail, errors, facts } = problem;
    const found: FoundAt[] = [];
    const sought = { owner: org, also: { owner: org, texts: also } };
    const clean = maskValues(this.secrets, { detail, errors, facts }, sought, found);
    if (found.length === 0) return problem;
    this.report('answer', found);
    const { note, cause, definition, retryAfterSeconds } = problem;
    return new Problem(definition, clean.facts, {
      errors: clean.errors,
      cause,
      ...(clean.detail === undefined ? {} : { detail: clean.detail }),
      ...(note === undefined ? {} : { note }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
  }

  /** The answer to a call that succeeded. A short text in it is data, even if somebody has it as a secret as well. */
  answer<T>(answer: T, org: string): T {
    return this.scanned('answer', answer, { owner: org, from: certainLength });
  }

  /** An event of an organisation. What says who did what to which thing stays, whatever somebody's secrets are. */
  event<T extends Telling>(event: T): T {
    const { data, changes, userAgent } = event;
    const clean = this.scanned('event', { data, changes, userAgent }, { owner: event.org });
    return clean.data === data && clean.changes === changes && clean.userAgent === userAgent
      ? event
      : { ...event, ...clean };
  }

  /** A text that goes into the record for each query; `own` are the secrets of that query. */
  queryText(text: string, field: string, org: string, own: readonly string[]): string {
    const hit = this.secrets.mask(text, { owner: org, from: certainLength, own, atOnce: true });
    if (hit === undefined) return text;
    this.report('event', [{ field, owners: hit.owners }]);
    return hit.text;
  }

  private scanned<T>(outlet: Outlet, value: T, sought: Sought): T {
    const found: FoundAt[] = [];
    const clean = maskValues(this.secrets, value, sought, found);
    this.report(outlet, found);
    return clean;
  }

  /** Whoever is told may say something, too: what is found in that is counted, and told to nobody. */
  private report(foundIn: Outlet, found: readonly FoundAt[]): void {
    if (found.length > 0) exposed.inc({ found_in: foundIn }, found.length);
    if (this.isTelling) return;
    this.isTelling = true;
    try {
      const exposures = found.flatMap(({ field, owners }) => [...owners].map((owner) => ({ owner, foundIn, field })));
      for (const exposure of exposures) this.listeners.forEach((listen) => listen(exposure));
    } finally {
      this.isTelling = false;
    }
  }
}

/** The scan of this process. */
export const outboundScan = new OutboundScan(liveSecrets);

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
