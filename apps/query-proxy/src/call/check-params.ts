import type { QueryParams } from '@pontage/contracts/resource-registry';
import { invalidRequest, type FieldError } from '@pontage/problems';
import type { Json } from '@pontage/templates';

type ParamSchema = QueryParams['properties'][string];
type ParamValue = string | number | boolean;

/**
 * The parameters that a saved query declares, checked and with defaults filled in. Undeclared ones are refused: only
 * what the query asks for gets in.
 * @throws Problem `invalid-request` with a pointer per parameter.
 */
export function checkParams(schema: QueryParams, given: Readonly<Record<string, unknown>>): Json {
  const errors: FieldError[] = [];
  const checked: Record<string, ParamValue> = {};
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(schema.properties, name))
      errors.push({ pointer: `/params/${name}`, detail: 'The query has no such parameter.' });
  }
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = Object.hasOwn(given, name) ? given[name] : property.default;
    if (value === undefined) {
      if (schema.required.includes(name))
        errors.push({ pointer: `/params/${name}`, detail: 'This parameter is needed.' });
      continue;
    }
    const fault = faultOf(property, value);
    if (fault === undefined) checked[name] = value as ParamValue;
    else errors.push({ pointer: `/params/${name}`, detail: fault });
  }
  if (errors.length > 0) throw invalidRequest({}, { errors });
  return checked;
}

function faultOf(schema: ParamSchema, value: unknown): string | undefined {
  const type = schema.type === 'integer' ? 'number' : schema.type;
  if (typeof value !== type) return `It must be of the type ${schema.type}.`;
  if (schema.type === 'integer' && !Number.isSafeInteger(value)) return 'It must be an integer.';
  if (schema.enum !== undefined && !schema.enum.includes(value as ParamValue))
    return 'It is none of the allowed values.';
  if (typeof value === 'string' && schema.maxLength !== undefined && value.length > schema.maxLength)
    return `It is longer than ${schema.maxLength}.`;
  if (typeof value === 'number' && schema.minimum !== undefined && value < schema.minimum)
    return `It is less than ${schema.minimum}.`;
  if (typeof value === 'number' && schema.maximum !== undefined && value > schema.maximum)
    return `It is more than ${schema.maximum}.`;
  return undefined;
}
