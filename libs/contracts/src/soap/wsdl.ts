/**
 * WSDL 1.1 with its XML schemas, written from the model: document/literal wrapped, elements qualified, attributes not.
 * A pure function of the service and its address; the original's files are not copied, only its facts.
 */
import type { ComplexType, Field, SoapType } from './model.js';
import type { SchemaNotation } from './notation.js';
import { soapHandlerServices, soapModel, soapServices, type SoapExchange, type SoapService } from './services.js';

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const reference = (type: SoapType): string => (type.kind === 'simple' ? `xs:${type.name}` : `${type.prefix}:${type.name}`);

const enumeration = (values: ReadonlySet<string>): string =>
  `<xs:simpleType><xs:restriction base="xs:string">${[...values].map((value) => `<xs:enumeration value="${value}"/>`).join('')}</xs:restriction></xs:simpleType>`;

const named = (xml: string, tag: string, name: string): string => xml.replace(`<${tag}>`, `<${tag} name="${name}">`);

function elementOf(field: Field): string {
  const occurs = `${field.optional ? ' minOccurs="0"' : ''}${field.repeated ? ' maxOccurs="unbounded"' : ''}`;
  const { type } = field;
  if (type.kind === 'simple' || type.name !== undefined)
    return `<xs:element name="${field.name}" type="${reference(type)}"${occurs}/>`;
  const body = type.kind === 'enum' ? enumeration(type.values) : complexOf(type);
  return `<xs:element name="${field.name}"${occurs}>${body}</xs:element>`;
}

function complexOf(type: Pick<ComplexType, 'elements' | 'attributes'>): string {
  const attributes = type.attributes
    .map(
      (field) => `<xs:attribute name="${field.name}" type="${reference(field.type)}"${field.optional ? '' : ' use="required"'}/>`,
    )
    .join('');
  return `<xs:complexType><xs:sequence>${type.elements.map(elementOf).join('')}</xs:sequence>${attributes}</xs:complexType>`;
}

function schemaOf({ prefix, namespace }: SchemaNotation, imports: readonly string[]): string {
  const types = [...soapModel().types.values()].filter((type) => type.prefix === prefix);
  const body = types.map((type) =>
    type.kind === 'enum'
      ? named(enumeration(type.values), 'xs:simpleType', type.name ?? '')
      : named(complexOf(type), 'xs:complexType', type.name ?? ''),
  );
  return schemaElement(namespace, imports, body);
}

const schemaElement = (namespace: string, imports: readonly string[], body: readonly string[]): string =>
  [
    `    <xs:schema targetNamespace="${namespace}" elementFormDefault="qualified" attributeFormDefault="unqualified">`,
    ...imports.filter((other) => other !== namespace).map((other) => `      <xs:import namespace="${other}"/>`),
    ...body.map((line) => `      ${line}`),
    '    </xs:schema>',
  ].join('\n');

const wrapper = (name: string, fields: readonly Field[]): string =>
  `<xs:element name="${name}">${complexOf({ elements: fields, attributes: [] })}</xs:element>`;

function portType(service: SoapService<SoapExchange>, operations: readonly SoapExchange[]): string {
  const lines = operations.map(
    ({ name }) =>
      `    <wsdl:operation name="${name}"><wsdl:input message="tns:${name}Request"/><wsdl:output message="tns:${name}Response"/></wsdl:operation>`,
  );
  return [`  <wsdl:portType name="${service.name}PortType">`, ...lines, '  </wsdl:portType>'].join('\n');
}

function binding(service: SoapService<SoapExchange>, operations: readonly SoapExchange[]): string {
  const lines = operations.map(
    ({ name }) =>
      `    <wsdl:operation name="${name}"><soap:operation soapAction="urn:${name}" style="document"/><wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>`,
  );
  return [
    `  <wsdl:binding name="${service.name}Soap11Binding" type="tns:${service.name}PortType">`,
    '    <soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>',
    ...lines,
    '  </wsdl:binding>',
  ].join('\n');
}

/**
 * @param serviceName a key of soapServices or soapHandlerServices; anything else throws `RangeError`
 * @param address where the caller reaches the service: the only address in the document (S-36)
 */
export function wsdlOf(serviceName: string, address: string): string {
  const service: SoapService<SoapExchange> | undefined =
    soapServices().get(serviceName) ?? soapHandlerServices().get(serviceName);
  if (service === undefined) throw new RangeError(`there is no SOAP service ${serviceName}`);
  const operations = [...service.operations.values()];
  const schemas = soapModel().schemas.filter(({ prefix }) => service.prefixes.includes(prefix));
  const namespaces = schemas.map(({ namespace }) => namespace);
  const wrappers = operations.flatMap(({ name, input, output }) => [wrapper(name, input), wrapper(`${name}Response`, [output])]);
  const message = (name: string, element: string) =>
    `  <wsdl:message name="${name}"><wsdl:part name="parameters" element="tns:${element}"/></wsdl:message>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<wsdl:definitions name="${service.name}" targetNamespace="${service.namespace}" xmlns:tns="${service.namespace}"`,
    '    xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xs="http://www.w3.org/2001/XMLSchema"',
    `    ${schemas.map(({ prefix, namespace }) => `xmlns:${prefix}="${namespace}"`).join(' ')}>`,
    '  <wsdl:types>',
    ...schemas.map((schema) => schemaOf(schema, namespaces)),
    schemaElement(service.namespace, namespaces, wrappers),
    '  </wsdl:types>',
    ...operations.flatMap(({ name }) => [message(`${name}Request`, name), message(`${name}Response`, `${name}Response`)]),
    portType(service, operations),
    binding(service, operations),
    `  <wsdl:service name="${service.name}">`,
    `    <wsdl:port name="${service.name}Soap11" binding="tns:${service.name}Soap11Binding">`,
    `      <soap:address location="${escape(address)}"/>`,
    '    </wsdl:port>',
    '  </wsdl:service>',
    '</wsdl:definitions>',
    '',
  ].join('\n');
}
