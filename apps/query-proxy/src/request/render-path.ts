import { parseTemplate, pathSegment, queryValue, renderText, type Scope } from '@pontage/templates';

/** The path or URL with its templates rendered: before the `?` a value is one path segment, after it one query value. */
export function renderPath(path: string, scope: Scope): string {
  // A question mark within a template's own quotes separates nothing.
  const mark = path.replaceAll(/\{\{.*?\}\}/gs, (template) => '_'.repeat(template.length)).indexOf('?');
  if (mark === -1) return renderText(parseTemplate(path), scope, pathSegment);
  const before = renderText(parseTemplate(path.slice(0, mark)), scope, pathSegment);
  return `${before}?${renderText(parseTemplate(path.slice(mark + 1)), scope, queryValue)}`;
}
