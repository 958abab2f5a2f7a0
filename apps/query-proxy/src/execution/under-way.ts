import { InHand } from '@pontage/in-hand';
import type { Policy } from '../policy/policy.js';

/** A query that a worker may have. */
export interface QueryUnderWay {
  /** No other that is under way has it. */
  readonly name: string;
  readonly org: string;
  /** Ends it when its caller may not go on. */
  authoriseAgain(): void;
}

/** The queries under way: when groups of their organisation change, each is looked at again. */
export class UnderWay {
  private readonly queries = new InHand<string, QueryUnderWay>();
  private readonly changed = new Set<string>();

  constructor({ permissions }: Pick<Policy, 'permissions'>) {
    permissions.onChange((key) => this.look(key.slice(0, key.indexOf('.'))));
  }

  begin(query: QueryUnderWay): void {
    this.queries.set(query.name, query);
  }

  end(query: QueryUnderWay): void {
    this.queries.take(query.name);
  }

  /** Once for however many groups change together. */
  private look(org: string): void {
    if (this.queries.size === 0) return;
    if (this.changed.size === 0) setImmediate(() => this.authoriseAgain());
    this.changed.add(org);
  }

  private authoriseAgain(): void {
    const changed = new Set(this.changed);
    this.changed.clear();
    for (const query of [...this.queries]) if (changed.has(query.org)) query.authoriseAgain();
  }
}
