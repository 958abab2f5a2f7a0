// The operations of the OpenAPI document as TypeScript, for libs/client. By hand, because openapi-typescript wants another
// TypeScript than ours; of JSON Schema it knows what zod writes for our contracts, and it refuses what it does not know.

const methods = ['get', 'put', 'post', 'patch', 'delete'];
/** These streams have no shape: the client passes them through as they are. */
const isStream = (path) => path.startsWith('/proxy/');

/** The text of `api.generated.ts`. */
export function clientTypes({ components, paths }) {
  const operations = Object.entries(paths)
    .filter(([path]) => !isStream(path))
    .flatMap(([path, item]) => methods.filter((name) => item[name]).map((name) => [path, name, item[name]]));
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => `/** \`${name}\` of the OpenAPI document. */\nexport type ${name} = ${typeOf(schema)};\n`,
  );
  return [
    '// Generated from api/gateway.openapi.json by `npm run generate`.',
    '',
    ...schemas,
    '/** What every operation takes and answers with. */',
    'export interface Operations {',
    ...operations.map(([, , operation]) => operationType(operation)),
    '}',
    '',
    '/** Where every operation is. */',
    'export const operations = {',
    ...operations.map(([path, name, { operationId }]) => `  ${operationId}: ['${name.toUpperCase()}', '${path}'],`),
    '} as const satisfies Record<keyof Operations, readonly [method: string, path: string]>;',
    '',
  ].join('\n');
}

function operationType({ operationId, summary, parameters = [], requestBody, responses }) {
  const inputs = ['path', 'query', 'header'].flatMap((place) => {
    const those = parameters.filter((parameter) => parameter.in === place);
    if (those.length === 0) return [];
    const optional = those.some(({ required }) => required) ? '' : '?';
    const fields = those.map(({ name, required, schema }) => field(name, required === true, schema));
    return [`readonly ${place === 'header' ? 'headers' : place}${optional}: { ${fields.join(' ')} };`];
  });
  const body = requestBody?.content['application/json']?.schema;
  if (body !== undefined) inputs.push(`readonly body${requestBody.required ? '' : '?'}: ${typeOf(body)};`);
  const input = inputs.length === 0 ? 'Readonly<Record<never, never>>' : `{ ${inputs.join(' ')} }`;
  return `/** ${summary} */\n${operationId}: { readonly input: ${input}; readonly answer: ${answerOf(responses)}; };`;
}

function answerOf(responses) {
  const [, response] = Object.entries(responses).find(([status]) => /^[23]/.test(status));
  const content = Object.entries(response.content ?? {});
  if (content.length === 0) return 'undefined';
  const json = content.find(([type]) => type === 'application/json');
  return json === undefined ? 'string' : typeOf(json[1].schema);
}

const field = (name, required, schema) =>
  `readonly ${/^\w+$/.test(name) ? name : JSON.stringify(name)}${required ? '' : '?'}: ${typeOf(schema)};`;

/** A schema of the dialect that the document is written in. */
function typeOf(schema) {
  const { nullable, ...rest } = schema ?? {};
  const type = plainTypeOf(rest);
  return nullable === true && type !== '(null)' ? unionOf([type, 'null']) : type;
}

function plainTypeOf(schema) {
  if (schema.$ref !== undefined) return schema.$ref.replace('#/components/schemas/', '');
  if (schema.enum !== undefined) return unionOf(schema.enum.map((value) => JSON.stringify(value)));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return unionOf(choices.map(typeOf));
  if (schema.allOf !== undefined) return schema.allOf.map(typeOf).join(' & ');
  if (schema.type === 'array') return arrayOf(schema);
  if (schema.type === 'object') return objectOf(schema);
  if (schema.type === 'integer') return 'number';
  if (['string', 'number', 'boolean'].includes(schema.type)) return schema.type;
  if (schema.type === undefined) return 'unknown';
  throw new Error(`no type for ${JSON.stringify(schema).slice(0, 200)}`);
}

/** Each type once; anything is anything, null too. */
const unionOf = (types) => (types.includes('unknown') ? 'unknown' : `(${[...new Set(types)].join(' | ')})`);

/** OpenAPI 3.0 has no tuples: two items of either shape are pairs. */
const arrayOf = ({ items, minItems, maxItems }) =>
  minItems === 2 && maxItems === 2 ? `readonly [${pairOf(items).join(', ')}]` : `readonly (${typeOf(items)})[]`;
const pairOf = (items) => (items.anyOf?.length === 2 ? items.anyOf.map(typeOf) : [typeOf(items), typeOf(items)]);

function objectOf({ properties = {}, required = [], additionalProperties }) {
  const fields = Object.entries(properties).map(([name, schema]) => field(name, required.includes(name), schema));
  const isOpen = additionalProperties !== undefined && additionalProperties !== false;
  const open = isOpen && fields.length === 0 ? `readonly [name: string]: ${typeOf(additionalProperties)};` : '';
  return `{ ${fields.join(' ')} ${open} }${isOpen && fields.length > 0 ? ' & { readonly [name: string]: unknown }' : ''}`;
}
