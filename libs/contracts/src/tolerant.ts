/**
 * What travels between programs of neighbouring releases is written strictly and read tolerantly (ADR 0098): members that the reader does not know are
 * left out, at every depth; everything it does know is checked as ever.
 */
import type { z } from 'zod';

type Def = z.core.$ZodTypeDef & Record<string, unknown>;

/** The same schema, without the strictness about unknown members. Throws for a kind of schema that it cannot look into: at load, so that a test sees it. */
export function tolerant<S extends z.ZodType>(schema: S): S {
  return into(schema) as S;
}

function into(schema: z.ZodType): z.ZodType {
  const def = schema.def as unknown as Def;
  switch (def.type) {
    case 'object': {
      const members = Object.entries((schema as z.ZodObject).shape).map(([name, member]) => [name, into(member as z.ZodType)]);
      return schema.clone({ ...def, shape: Object.fromEntries(members), catchall: undefined } as never);
    }
    case 'array':
      return schema.clone({ ...def, element: into(def['element'] as z.ZodType) } as never);
    case 'tuple':
      return schema.clone({ ...def, items: (def['items'] as z.ZodType[]).map(into) } as never);
    case 'optional':
    case 'nullable':
    case 'readonly':
    case 'default':
      return schema.clone({ ...def, innerType: into(def['innerType'] as z.ZodType) } as never);
    case 'boolean':
    case 'enum':
    case 'literal':
    case 'number':
    case 'string':
      return schema;
    default:
      throw new Error(`a schema of the kind ${def.type} cannot be read tolerantly yet`);
  }
}
