import type { Access } from '@pontage/contracts/resource-registry';

/** What a group has: a level on all resources, or on one, and there perhaps in some environments only. */
export interface MatrixAccess {
  readonly title: string;
  readonly level: Access | 'none';
  readonly toAll?: true;
  readonly environments?: readonly string[];
}

/** The organisation's, the first of which is the one that a call is in when it names none. */
export const environments: readonly [string, string] = ['production', 'staging'];

const levels = ['use', 'edit', 'own'] as const;

/** Each kind of access that a token may have. */
export const matrixAccesses: readonly [MatrixAccess, ...MatrixAccess[]] = [
  { title: 'none', level: 'none' },
  ...levels.map((level) => ({ title: level, level })),
  ...levels.map((level) => ({ title: `all: ${level}`, level, toAll: true }) as const),
  ...levels.map((level) => ({ title: `staging: ${level}`, level, environments: ['staging'] })),
  { title: 'production: own', level: 'own', environments: ['production'] },
  { title: 'both: own', level: 'own', environments },
];
