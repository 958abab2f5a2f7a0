import type { AnswerOf, PontageClient } from '@pontage/client';
import { resourceGiven } from '@pontage/contracts/resource-registry';
import { z } from 'zod';

type Method = AnswerOf<'listAuthMethods'>['data'][number];
type Schema = Readonly<Record<string, unknown>>;

/** A secret in a file: where to find it, a configuration variable, or what `export` wrote for it. */
const secret = {
  anyOf: [
    { type: 'string', pattern: '^(env|file):.+$|^\\{\\{\\s*config\\.[A-Za-z_]\\w*\\s*\\}\\}$' },
    {
      type: 'object',
      properties: { set: { const: true }, fingerprint: { type: 'string' } },
      required: ['set', 'fingerprint'],
      additionalProperties: false,
    },
  ],
};

/** Prints the JSON Schema of the files that `plan` and `apply` take, for editors and checks. */
export async function printFileSchema(client: PontageClient): Promise<number> {
  const { data } = await client.call('listAuthMethods');
  process.stdout.write(`${JSON.stringify(fileSchema(data), null, 2)}\n`);
  return 0;
}

/** @see https://json-schema.org/draft/2020-12 */
export function fileSchema(methods: readonly Method[]): object {
  const marker = z.unknown().meta({ authentication: true });
  const shape = z.strictObject({ resources: z.array(resourceGiven.extend({ authentication: marker.optional() })) });
  const authentication = { oneOf: methods.map(authenticationSchema) };
  const schema = z.toJSONSchema(shape, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema, path }) => {
      const at = path.slice(-2);
      if (at[0] !== 'properties' || !['authentication', 'secret', 'clientKey'].includes(String(at[1]))) return;
      for (const name of Object.keys(jsonSchema)) delete (jsonSchema as Record<string, unknown>)[name];
      Object.assign(jsonSchema, at[1] === 'authentication' ? authentication : at[1] === 'secret' ? secret : nullable);
    },
  });
  return schema;
}

const nullable = { anyOf: [...secret.anyOf, { type: 'null' }] };

/** One method with its fields; which secrets are needed the method itself says when it is saved. */
function authenticationSchema({ id, title, settings, secrets }: Method): Schema {
  const { properties = {}, required = [] } = settings as { properties?: Schema; required?: readonly string[] };
  const secretNames = Object.keys((secrets as { properties?: Schema }).properties ?? {});
  return {
    title,
    type: 'object',
    properties: {
      method: { const: id },
      ...properties,
      ...Object.fromEntries(secretNames.map((name) => [name, secret])),
    },
    required: ['method', ...required],
    additionalProperties: false,
  };
}
