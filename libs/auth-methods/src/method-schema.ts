import { z } from 'zod';
import type { AuthMethod } from './auth-method.js';

/** An auth method as its form is drawn: JSON Schemas of what one fills in; secret fields are `writeOnly`. */
export interface AuthMethodDescription {
  readonly id: string;
  readonly title: string;
  readonly guide: string;
  readonly deprecated: boolean;
  readonly settings: object;
  readonly secrets: object;
}

/** Describes a method by its own schemas. */
export function describeMethod({
  id,
  title,
  guide,
  deprecated = false,
  settings,
  secrets,
}: AuthMethod): AuthMethodDescription {
  return {
    id,
    title,
    guide,
    deprecated,
    settings: z.toJSONSchema(settings, { io: 'input' }),
    secrets: withWriteOnly(z.toJSONSchema(secrets, { io: 'input' })),
  };
}

function withWriteOnly<T extends { properties?: Record<string, unknown> }>(schema: T): T {
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => [
    name,
    { ...(property as object), writeOnly: true },
  ]);
  return { ...schema, properties: Object.fromEntries(properties) as Record<string, unknown> };
}
