/** The SOAP model against the facts of the original's contract, kept as test/fixtures/soap/contract-facts.json. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  APPLICATION_OPERATIONS,
  CALL_EVENT_ATTRIBUTES,
  CALL_EVENT_TYPES,
  CALL_STATES,
  FEATURE_EVENT_ATTRIBUTES,
  FEATURE_EVENT_TYPES,
  FEATURES,
} from './application-api.js';
import { CONNECTION_STATES } from './gateway-admin.js';
import { contractWord, soapHandlerServices, soapModel, soapServices, wsdlOf, type ComplexType, type Field } from './soap.js';

type FieldFacts = readonly (string | Readonly<Record<string, FieldFacts>>)[];
interface Facts {
  readonly services: Record<string, { targetNamespace: string; operations: Record<string, { in: string[]; out: string[] }> }>;
  readonly schemas: Record<string, { types: Record<string, FieldFacts>; enums: Record<string, string[]> }>;
}
const facts = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/soap/contract-facts.json', import.meta.url), 'utf8'),
) as Facts;

/** A field as the facts print it. */
const printed = (field: Field, attribute: boolean): string | Record<string, FieldFacts> => {
  const marks = `${field.repeated ? '[]' : ''}${field.optional ? '?' : ''}`;
  const at = attribute ? '@' : '';
  const { type } = field;
  if (type.kind === 'simple') return `${at}${field.name}:${type.name}${marks}`;
  if (type.name !== undefined) return `${at}${field.name}:${type.name}${marks}`;
  if (type.kind === 'enum') return `${at}${field.name}:enum ${[...type.values].join('|')}${marks}`;
  return { [`${field.name}${marks}`]: members(type) };
};
const members = (type: ComplexType): FieldFacts => [
  ...type.elements.map((field) => printed(field, false)),
  ...type.attributes.map((field) => printed(field, true)),
];
/** Attributes have no order. */
const sorted = (fields: FieldFacts): FieldFacts => {
  const isAttribute = (field: unknown): boolean => typeof field === 'string' && field.startsWith('@');
  return [...fields.filter((field) => !isAttribute(field)), ...fields.filter(isAttribute).sort()];
};

describe('the SOAP model is the contract', () => {
  for (const { prefix, namespace } of soapModel().schemas) {
    it(`schema ${namespace}`, () => {
      const own = [...soapModel().types.values()].filter((type) => type.prefix === prefix);
      const { types, enums } = facts.schemas[namespace] ?? { types: {}, enums: {} };
      expect(own.map(({ name }) => name).sort()).toEqual([...Object.keys(types), ...Object.keys(enums)].sort());
      for (const type of own) {
        if (type.kind === 'enum') expect([...type.values], type.name).toEqual(enums[type.name ?? '']);
        else expect(sorted(members(type)), type.name).toEqual(sorted(types[type.name ?? ''] ?? []));
      }
    });
  }

  it('services, operations, arguments and results', () => {
    const services = [...soapServices().values(), ...soapHandlerServices().values()];
    expect(services.map(({ name }) => name)).toEqual(Object.keys(facts.services));
    for (const service of services) {
      const { targetNamespace, operations } = facts.services[service.name]!;
      expect(service.namespace).toBe(targetNamespace);
      expect([...service.operations.keys()]).toEqual(Object.keys(operations));
      for (const { name, input, output } of service.operations.values()) {
        expect(
          input.map((field) => printed(field, false)),
          name,
        ).toEqual(operations[name]!.in);
        expect([printed(output, false)], name).toEqual(operations[name]!.out);
      }
    }
  });

  it('can say everything the application API can', () => {
    const values = (name: string) => {
      const type = soapModel().types.get(name.includes('.') ? name : `cc.${name}`);
      return type?.kind === 'enum' ? type.values : new Set<string>();
    };
    for (const type of FEATURE_EVENT_TYPES) expect(values('featureEventType')).toContain(contractWord(type));
    for (const type of CALL_EVENT_TYPES) expect(values('callEventType')).toContain(type);
    for (const state of CALL_STATES) expect(values('callState')).toContain(state);
    for (const feature of FEATURES) expect(values('featuresAllowed')).toContain(feature);
    for (const state of CONNECTION_STATES) expect(values('connectionState')).toContain(state);
    expect(CALL_EVENT_ATTRIBUTES).toEqual([...values('advanced.advCallEventAttributeNames')]);
    expect(FEATURE_EVENT_ATTRIBUTES).toEqual([...values('advanced.advFeatureEventAttributeNames')]);
    expect([...CALL_EVENT_TYPES].sort()).toEqual([...values('callEventType')].sort());
    expect([...CALL_STATES].sort()).toEqual([...values('callState')].sort());
    expect([...FEATURES].sort()).toEqual([...values('featuresAllowed')].sort());
    expect(FEATURE_EVENT_TYPES.length).toBe(values('featureEventType').size);
  });

  it('every operation of the contract stands for one of the application API, and its arguments for members of that', () => {
    for (const service of soapServices().values()) {
      for (const { name, maps, input } of service.operations.values()) {
        if (maps === 'nextEvent') continue;
        expect(Object.keys(APPLICATION_OPERATIONS), name).toContain(maps);
        const [only] = input;
        const fields =
          only?.type.kind === 'complex' && input.length === 1 ? [...only.type.elements, ...only.type.attributes] : input;
        const taken = Object.keys(APPLICATION_OPERATIONS[maps].request.shape);
        for (const { member } of fields) expect(taken, `${name}.${member}`).toContain(member);
      }
    }
  });

  it('the WSDL escapes its address and refuses a service it does not have', () => {
    expect(wsdlOf('SessionService', 'https://x/?a&"<')).toContain('location="https://x/?a&amp;&quot;&lt;"');
    expect(() => wsdlOf('AdminService', 'https://x')).toThrow(RangeError);
  });
});
