import { accessLevels } from '@pontage/contracts/resource-registry';
import { environments, type MatrixAccess } from './matrix-accesses.js';
import type { MatrixRoute } from './matrix-routes.js';

/** Whether a token holds the scope of a route: every other one, just this one, or `admin`. */
export const matrixScopes = ['without', 'with', 'admin'] as const;
export type MatrixScope = (typeof matrixScopes)[number];

/** What becomes of a call. */
export interface Cell {
  /** `done`, `left out` of a list, or a status and code. */
  readonly outcome: string;
  /** There is another version, another resource, or one less. */
  readonly changed: boolean;
  /** Something reached the upstream. */
  readonly sent: boolean;
}

/** What the documentation promises of a cell, in as few words as it does. */
export function expectedCell(route: MatrixRoute, access: MatrixAccess, scope: MatrixScope): Cell {
  const outcome = scope === 'without' ? '403 missing-scope' : outcomeFor(route, access);
  const isDone = outcome === 'done';
  return { outcome, changed: isDone && route.changes === true, sent: isDone && route.sends === true };
}

function outcomeFor({ level, where, lists }: MatrixRoute, access: MatrixAccess): string {
  const isHigh = access.level !== 'none' && accessLevels.indexOf(access.level) >= accessLevels.indexOf(level);
  if (where === 'to all') return isHigh && access.toAll === true ? 'done' : '403 forbidden';
  if (access.level === 'none') return lists === true ? 'left out' : '404 not-found';
  return isHigh && isWhere(where, access) ? 'done' : '403 forbidden';
}

function isWhere(where: MatrixRoute['where'], access: MatrixAccess): boolean {
  const its = access.environments ?? environments;
  if (where === 'here') return its.includes(environments[0]);
  return where === 'somewhere' || environments.every((environment) => its.includes(environment));
}
