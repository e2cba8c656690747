/**
 * The SOAP face: one POST per operation at `/axis2/services/<Service>`, the WSDL at `?wsdl`.
 *
 * Everything about an operation that exists is answered with HTTP 200 and `result`; a Fault is for what is no envelope or no operation.
 * Faults go with HTTP 400, which Axis2 clients read like 500; 500 stays for failures of our own.
 */
import type { Refusal } from '#contracts/errors';
import { REFUSAL_HEADER } from '#contracts/internal-headers';
import { soapHandlerServices, SOAP_PATH, soapServices, wsdlOf, type SoapOperation, type SoapService } from '#contracts/soap';
import type { Engine } from '../../northbound-port.js';
import { contextOf } from '../call-context.js';
import { isUtf8, mediaType, onlyHeader, type Incoming } from '../incoming.js';
import { problemReply, retryAfter, type Face, type Reply } from '../reply.js';
import { refuse } from '../refusal.js';
import { decodeArguments } from './decode.js';
import { encodeResponse, escapeXml } from './encode.js';
import { faultEnvelope, MEDIA_TYPES, openEnvelope, wrapEnvelope, type FaultCode, type SoapVersion } from './envelope.js';
import { carryOut } from './operations.js';
import { readXml, type XmlElement } from './xml-reader.js';

export function createSoapFace(engine: Engine, longPollMaxMs: number): Face {
  const handle = async (incoming: Incoming): Promise<Reply> => {
    const { method, caller } = incoming;
    const name = incoming.path.slice(SOAP_PATH.length).replace(/\/$/, '');
    const service = soapServices().get(name);
    const isDescription = method === 'GET' && incoming.query?.toLowerCase() === 'wsdl';
    if (isDescription && (service !== undefined || soapHandlerServices().has(name))) return describe(name, incoming);
    if (service === undefined) return problemReply(refuse('NOT_FOUND', 'there is no such service').refusal, caller.requestId);
    if (method === 'OPTIONS') return { status: 204, headers: { allow: ALLOW } };
    if (method !== 'POST')
      return problemReply(refuse('METHOD_NOT_ALLOWED', 'send an envelope by POST, or GET ?wsdl').refusal, caller.requestId, {
        allow: ALLOW,
      });
    return call(service, incoming);
  };

  const call = async (service: SoapService, incoming: Incoming): Promise<Reply> => {
    const { message } = incoming;
    const media = mediaType(message);
    const version = versionOf(media?.type);
    if (
      version === undefined ||
      !isUtf8(media?.parameters.get('charset')) ||
      onlyHeader(message, 'content-encoding') !== undefined
    ) {
      return faultReply(
        version ?? '1.1',
        'Client',
        'the body must be text/xml or application/soap+xml in UTF-8, not compressed',
        415,
      );
    }
    const body = await incoming.arrival.body();
    if (!body.ok) return faultReply(version, 'Client', body.refusal.detail, 413);
    const xml = readXml(body.value);
    if (!xml.ok) return faultReply(version, 'Client', xml.detail);
    const envelope = openEnvelope(xml.root, version);
    if (!envelope.ok) return faultReply(version, envelope.code, envelope.detail);
    const operation = operationOf(service, envelope.operation);
    if (operation === undefined) return faultReply(version, 'Client', `${service.name} has no such operation`);
    const action = version === '1.1' ? onlyHeader(message, 'soapaction') : media?.parameters.get('action');
    if (!actionFits(action, operation.name))
      return faultReply(version, 'Client', 'SOAPAction names another operation than the body');

    const context = contextOf(
      'soap',
      incoming.caller,
      undefined,
      WAITS.has(operation.maps) ? incoming.arrival.departure : undefined,
    );
    const given = decodeArguments(operation, envelope.operation, service.namespace);
    const { value, asked, refusal, header } = await carryOut(operation, given, engine, context, longPollMaxMs);
    return {
      status: 200,
      contentType: `${MEDIA_TYPES[version]}; charset=utf-8`,
      body: wrapEnvelope(version, encodeResponse(service, operation, value, asked), header),
      ...(refusal === undefined ? {} : { headers: { ...retryAfter(refusal), ...forRouter(operation, refusal) } }),
    };
  };
  const failed = ({ message, caller }: Incoming): Reply =>
    faultReply(
      versionOf(mediaType(message)?.type) ?? '1.1',
      'Server',
      `the request failed on our side (${caller.requestId})`,
      500,
    );
  return { handle, failed };
}

const versionOf = (type: string | undefined): SoapVersion | undefined =>
  type === MEDIA_TYPES['1.1'] ? '1.1' : type === MEDIA_TYPES['1.2'] ? '1.2' : undefined;

/** A refused log-in has status 200 here: the header tells the router, which may have an instance with room; it goes no further. */
const forRouter = (operation: SoapOperation, refusal: Refusal): Record<string, string> =>
  operation.maps === 'login' || operation.maps === 'loginUser' ? { [REFUSAL_HEADER]: refusal.code } : {};

/** Operations that may wait: given up when the application goes away. */
const WAITS: ReadonlySet<string> = new Set(['nextEvent', 'getRestEvent']);

const ALLOW = 'GET, POST, OPTIONS';

function describe(name: string, { caller }: Incoming): Reply {
  if (caller.publicBase === undefined)
    return problemReply(refuse('MALFORMED_REQUEST', 'the address used cannot be read').refusal, caller.requestId);
  return {
    status: 200,
    contentType: 'text/xml; charset=utf-8',
    body: wsdlOf(name, `${caller.publicBase}${SOAP_PATH}${name}`),
  };
}

const operationOf = (service: SoapService, { name, namespace }: XmlElement) =>
  namespace === service.namespace ? service.operations.get(name) : undefined;

/** An absent or empty action leaves the choice to the body, as Axis2 did. */
function actionFits(action: string | undefined | false, operation: string): boolean {
  if (action === false) return false;
  if (action === `"urn:${operation}"`) return true;
  const text = (action ?? '').replace(/^"(.*)"$/, '$1');
  return text === '' || text === `urn:${operation}`;
}

function faultReply(version: SoapVersion, code: FaultCode, detail: string, status = 400): Reply {
  // A client whose version we do not speak is answered in 1.1, as both specifications say.
  const answered = code === 'VersionMismatch' ? '1.1' : version;
  return {
    status,
    contentType: `${MEDIA_TYPES[answered]}; charset=utf-8`,
    body: faultEnvelope(answered, code, escapeXml(detail)),
  };
}
