import { invalidRequest, isProblem, type FieldError } from '@pontage/problems';
import { parseTemplate, pathText, templatePaths } from '@pontage/templates';

/** A text that may hold templates, and where it stands. */
export type TemplateField = readonly [pointer: string, text: string];

const roots = new Set(['config', 'current_user', 'params']);

/**
 * Refuses templates that nothing will ever resolve: expressions, unknown roots, parameters that are not declared
 * (`params` undefined: any may be given). Which configuration variables there are is another matter: they come and go.
 * @throws invalidRequest with a pointer per field
 */
export function refuseBadTemplates(fields: readonly TemplateField[], params?: ReadonlySet<string>): void {
  const errors = fields.flatMap(([pointer, text]) =>
    faultsOf(text, params).map((detail): FieldError => ({ pointer, detail })),
  );
  if (errors.length > 0) throw invalidRequest({}, { errors });
}

function faultsOf(text: string, params: ReadonlySet<string> | undefined): string[] {
  try {
    return templatePaths(parseTemplate(text)).flatMap((path) => {
      const [root = '', name] = path;
      if (!roots.has(root)) return [`{{ ${pathText(path)} }} begins with none of ${[...roots].join(', ')}.`];
      if (root === 'params' && name !== undefined && params !== undefined && !params.has(name))
        return [`The parameter ${name} is not declared.`];
      return [];
    });
  } catch (error) {
    if (isProblem(error)) return [error.message];
    throw error;
  }
}

/** The texts in JSON, each with its pointer; names of members are not templates. */
export function textsIn(value: unknown, pointer: string): TemplateField[] {
  if (typeof value === 'string') return [[pointer, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    textsIn(member, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}

/** The values of ordered pairs, each with its pointer; their names are not templates. */
export const pairValues = (pairs: readonly (readonly [string, unknown])[], pointer: string): TemplateField[] =>
  // A value that is no text is sealed; the broker has looked at it.
  pairs.flatMap(([, value], index): TemplateField[] =>
    typeof value === 'string' ? [[`${pointer}/${index}/1`, value]] : [],
  );
