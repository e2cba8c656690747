/** Which members of an access document this release knows (ADR 0098). Pure. */
import { GATEWAY_SHAPES, type JsonShape } from '#contracts/gateway-tables';

/** Those of `mustUnderstand` that this release does not know; empty: the document may be taken. */
export function notUnderstood({
  mustUnderstand = [],
}: {
  readonly mustUnderstand?: readonly string[] | undefined;
}): readonly string[] {
  return mustUnderstand.filter((path) => !isKnown(GATEWAY_SHAPES.accessDocument, path.split('.')));
}

function isKnown(shape: JsonShape | undefined, [name, ...rest]: readonly string[]): boolean {
  if (shape?.['type'] === 'array') return isKnown(shape['items'] as JsonShape, [name!, ...rest]);
  const members = (shape?.['properties'] ?? {}) as Readonly<Record<string, JsonShape>>;
  if (name === undefined || !Object.hasOwn(members, name)) return false;
  return rest.length === 0 || isKnown(members[name], rest);
}
