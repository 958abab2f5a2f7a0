import { z } from 'zod';

/** A JSON Schema, as OpenAPI 3 embeds it. */
export type JsonSchema = Record<string, unknown>;

/** The things that have a name in the document; everything else is written out where it is used. */
export class NamedSchemas {
  private readonly registry = z.registry<{ id: string }>();

  constructor(named: Readonly<Record<string, z.ZodType>>) {
    for (const [id, schema] of Object.entries(named)) this.registry.add(schema, { id });
  }

  /** The schema of what is taken (`input`) or given (`output`). Named ones become references, and are put into `components`. */
  schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Record<string, JsonSchema>): JsonSchema {
    const made: JsonSchema = z.toJSONSchema(schema, {
      target: 'openapi-3.0',
      io,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => plain(zodSchema, jsonSchema as JsonSchema),
      // What is read is named; what is written differs from it by its defaults.
      ...(io === 'output' ? { metadata: this.registry } : { metadata: z.registry<{ id: string }>() }),
    });
    const { definitions = {}, ...own } = relinked(made) as JsonSchema & { definitions?: Record<string, JsonSchema> };
    for (const [name, definition] of Object.entries(definitions)) {
      if (!isAnonymous(name)) components[name] = definition;
    }
    const id = io === 'output' ? this.registry.get(schema)?.id : undefined;
    if (id === undefined) return own;
    const $ref = `#/components/schemas/${id}`;
    // A copy of a named schema comes as a reference to it, beside its definition.
    if (own.$ref !== $ref) components[id] = own;
    return { $ref };
  }
}

/** Formats say it; the patterns and bounds behind them only make a document long. */
function plain(zodSchema: z.core.$ZodType, jsonSchema: JsonSchema): void {
  delete jsonSchema.$schema;
  if ('format' in jsonSchema) delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (zodSchema._zod.def.type === 'bigint') Object.assign(jsonSchema, { type: 'integer', format: 'int64' });
}

/** zod numbers what refers to itself; of our schemas that is `z.json()` alone. */
const isAnonymous = (name: string): boolean => name.startsWith('__');

/** References as OpenAPI has them; any JSON value is an empty schema. */
function relinked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relinked);
  if (typeof value !== 'object' || value === null) return value;
  const { $ref } = value as { $ref?: string };
  if ($ref !== undefined) {
    const name = $ref.replace('#/definitions/', '');
    return isAnonymous(name) ? {} : { $ref: `#/components/schemas/${name}` };
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, relinked(each)]));
}
