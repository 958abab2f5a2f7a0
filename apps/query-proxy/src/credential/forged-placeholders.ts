import { invalidRequest } from '@pontage/problems';
import { resolvePath } from '@pontage/templates';
import type { Prepared } from '../execution/prepare.js';

/**
 * Refuses a saved query whose parameters or user hold a text that the auth method replaces by a part of the grant: only who
 * writes a query says where a token stands, and no data does.
 * @throws invalidRequest
 */
export function refuseForgedPlaceholders(
  { resolved, scope }: Pick<Prepared, 'resolved' | 'scope'>,
  placeholders: readonly string[],
): void {
  if (resolved.queryName === null) return;
  const given = { params: resolved.params, user: resolvePath(scope, ['current_user']) };
  for (const [name, value] of Object.entries(given)) {
    const text = JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each)) ?? '';
    const found = placeholders.find((placeholder) => text.includes(placeholder));
    if (found !== undefined)
      throw invalidRequest(
        {},
        {
          errors: [
            {
              pointer: name === 'params' ? '/params' : '',
              detail: `The text ${found} stands for a token and cannot be data.`,
            },
          ],
        },
      );
  }
}
