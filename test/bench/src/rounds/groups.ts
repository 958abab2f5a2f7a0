import type { Asked, Target } from '../targets/target.js';
import type { Targets } from '../targets/start-targets.js';

/** Targets that are asked for the same thing by as many callers: what is compared with one another. */
export interface Group {
  readonly name: string;
  readonly asked: Asked;
  readonly connections: number;
  readonly targets: readonly Target[];
  /** Another answer that the upstream gives to the same question, for one target more. */
  readonly variant?: { readonly target: Target; readonly asked: Asked };
  /** A bare round trip on the bus is measured along. */
  readonly withRoundTrips: boolean;
}

const concurrencies = [1, 16, 64];
const sizes = { '1k': '1 KB', '100k': '100 KB' } as const;

/** What the target that the goals are about is called. */
export const measuredName = 'Pontage /proxy, bearer';

/** The target that the goals are about. */
export const measuredTarget = ({ pontage }: Targets): Target => pontage.target('proxy', 'bearer');

/** What the sealed variant is called in the tables. */
export const sealedName = 'Pontage /proxy, bearer, answer sealed';

/** Every comparison: each concurrency with each size, and one long stream. */
export function groupsOf(targets: Targets): readonly Group[] {
  const { pontage } = targets;
  const ours = (['proxy', 'query'] as const).flatMap((way) =>
    (['bearer', 'sigv4', 'oauth'] as const).map((method) => pontage.target(way, method)),
  );
  const peers = [targets.direct, ...(targets.nginx === undefined ? [] : [targets.nginx])];
  const short = (Object.keys(sizes) as (keyof typeof sizes)[]).flatMap((asked) =>
    concurrencies.map((connections): Group => ({
      name: groupName(asked, connections),
      asked,
      connections,
      targets: [...peers, ...ours],
      ...(asked === '1k' && connections === 64 ? { variant: sealedVariant(targets) } : {}),
      withRoundTrips: asked === '1k' && connections === 1,
    })),
  );
  const stream: Group = {
    name: streamName,
    asked: 'stream',
    connections: 1,
    targets: [...peers, measuredTarget(targets)],
    withRoundTrips: false,
  };
  return [...short, stream];
}

export const groupName = (asked: keyof typeof sizes, connections: number): string =>
  `${sizes[asked]}, ${connections} at a time`;
export const streamName = '50 MB streams, 1 at a time';

/** An upstream that repeats its credential: the worker finds it, and seals the answer. */
const sealedVariant = (targets: Targets): Group['variant'] => ({
  target: { ...measuredTarget(targets), name: sealedName },
  asked: 'echo',
});
