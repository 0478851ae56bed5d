import {z} from 'zod';
import {Config} from './schema.ts';

/** One setting as documentation and the environment know it. */
export type Field = {
  path: readonly string[];
  /** Null: not to be set by the environment. */
  env: string | null;
  type: string;
  required: boolean;
  default: unknown;
  description: string;
};

type JsonSchema = {
  type?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  enum?: string[];
  default?: unknown;
  description?: string;
  additionalProperties?: unknown;
  items?: JsonSchema;
};

/** All settings in the order of the schema. */
export function configFields(): Field[] {
  return fieldsOf(z.toJSONSchema(Config, {io: 'input'}) as JsonSchema, []);
}

function fieldsOf(schema: JsonSchema, path: readonly string[]): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, part]) => {
    const here = [...path, key];
    if (part.items?.properties) {
      return fieldsOf(part.items, [...path, `${key}[]`]);
    }
    return part.properties ? fieldsOf(part, here) : [field(part, here, schema.required?.includes(key) ?? false)];
  });
}

function field(part: JsonSchema, path: readonly string[], required: boolean): Field {
  return {
    path,
    env:
      part.type === 'object' || path.some((word) => word.endsWith('[]'))
        ? null
        : `DRCTL_${path.join('_').toUpperCase()}`,
    type: part.enum
      ? part.enum.map((value) => `\`${value}\``).join(', ')
      : part.type === 'object'
        ? 'map of text'
        : (part.type ?? 'text'),
    required,
    default: part.default,
    description: part.description ?? '',
  };
}
