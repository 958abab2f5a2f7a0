import { plainText, type Encoder } from './encoders.js';
import { isArray, jsonText, refuseDepth, type Json } from './json.js';
import { resolvePath, type Scope } from './scope.js';
import { parseTemplate, pathText, type Template } from './template.js';

/**
 * The template's text with each value in its place, encoded for it. Objects and arrays are written as JSON, null as nothing.
 * @throws unknownVariable, and what the encoder throws.
 */
export function renderText(template: Template, scope: Scope, encode: Encoder): string {
  return template.parts
    .map((part) => (typeof part === 'string' ? part : encode(textOf(resolvePath(scope, part)), pathText(part))))
    .join('');
}

/**
 * The data with every template in its strings rendered; names of members are not templates.
 * A string that is one `{{ path }}` and nothing else becomes the value itself, with its type.
 * @throws unknownVariable, templateUnsupported; invalidRequest beyond 200 levels.
 */
export function renderJson(value: Json, scope: Scope): Json {
  return renderAt(value, scope, 0);
}

function renderAt(value: Json, scope: Scope, depth: number): Json {
  if (typeof value === 'string') return renderString(value, scope);
  if (typeof value !== 'object' || value === null) return value;
  refuseDepth(depth);
  if (isArray(value)) return value.map((element) => renderAt(element, scope, depth + 1));
  // fromEntries defines own members, so that one called __proto__ stays a member.
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, renderAt(member, scope, depth + 1)]));
}

function renderString(text: string, scope: Scope): Json {
  if (!text.includes('{{')) return text;
  const template = parseTemplate(text);
  const [only, ...others] = template.parts;
  if (only !== undefined && typeof only !== 'string' && others.length === 0) return resolvePath(scope, only);
  return renderText(template, scope, plainText);
}

function textOf(value: Json): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : jsonText(value);
}
