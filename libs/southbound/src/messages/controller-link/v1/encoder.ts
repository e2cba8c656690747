/** Messages to frames: the grammar of the protocol page above the framing. */
import { FRAME_BYTES_MAX } from '../../../framing.js';
import { addressToBytes } from './address.js';
import { BodyWriter } from './body-writer.js';
import {
  ATTRIBUTES,
  CALLS_PER_SNAPSHOT_MAX,
  CAUSES,
  EVENT_FIXED_BYTES,
  EVENT_TYPES,
  FRAME_TYPES,
  HEARTBEAT_MS_MIN,
  isCallbackPort,
  LOCAL_STATES,
  LONG_TYPES,
  PLATFORMS,
  REQUEST_BYTES_MAX,
  RESULTS,
  ROLES,
} from './codes.js';
import { type FeatureMessage, isFeatureMessage, writeFeatureMessage } from './feature-encoder.js';
import type { ControllerMessage, DeviceDatum, EventMessage, LinkMessage } from './types.js';

/**
 * The bytes of a message, in a buffer of its own: at most 64, an event and a piece of the directory at most 364 (R-PERF-03). Throws `RangeError` for a value that the
 * protocol has no room for: a fault of the caller, who checks what applications send before it comes here.
 */
export function encodeMessage(message: ControllerMessage): Buffer {
  const writer = new BodyWriter();
  const type = FRAME_TYPES[message.type];
  if (message.type === 'EVENT') {
    writeEvent(writer, message);
    return writer.frame(type, positive(message.monitorReference), message.target, FRAME_BYTES_MAX);
  }
  if (!('correlation' in message)) {
    writeLinkMessage(writer, message);
    return writer.frame(type, 0, 0, REQUEST_BYTES_MAX);
  }
  const bytesMax = LONG_TYPES.has(message.type) ? FRAME_BYTES_MAX : REQUEST_BYTES_MAX;
  if (isFeatureMessage(message)) writeFeatureMessage(writer, message);
  else writeCallMessage(writer, message);
  return writer.frame(type, positive(message.correlation), 'target' in message ? message.target : 0, bytesMax);
}

function positive(number: number): number {
  if (number === 0) throw new RangeError('correlations and monitor references begin at 1');
  return number;
}

function writeLinkMessage(writer: BodyWriter, message: LinkMessage): void {
  switch (message.type) {
    case 'HELLO':
      writeHello(writer, message);
      return;
    case 'HELLO_ACK': {
      const release = message.release.split('.').map(Number);
      if (message.result === 'OK' && message.heartbeatMs < HEARTBEAT_MS_MIN)
        throw new RangeError('heartbeat interval below 100 ms');
      if (release.length !== 3) throw new RangeError('a release is three numbers with dots between');
      writer.uint8(writer.code(RESULTS, message.result)).uint16(message.heartbeatMs).uint32(message.bootId);
      writer.uint8(writer.code(PLATFORMS, message.platform));
      for (const part of release) writer.uint8(part);
      writer.uint8(message.capabilities ?? 0);
      return;
    }
    case 'BACK_HELLO':
      writer.uint64(message.nonce).uint32(message.bootId);
      return;
    case 'BACK_ACK':
      writer.uint8(writer.code(RESULTS, message.result));
      return;
    case 'PING':
    case 'PONG':
      writer.uint64(message.opaque);
      return;
    case 'GOODBYE':
      writer.uint8(message.reason);
  }
}

function writeHello(writer: BodyWriter, message: LinkMessage & { readonly type: 'HELLO' }): void {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(message.instanceId))
    throw new RangeError(`${message.instanceId} is not a UUID`);
  if (!isCallbackPort(message.callbackPort)) throw new RangeError(`call-back port ${message.callbackPort}`);
  const { family, bytes } = addressToBytes(message.address);
  writer.uint64(message.nonce).uint32(message.epochMajor).uint32(message.epochMinor);
  writer
    .bytes(Buffer.from(message.instanceId.replaceAll('-', ''), 'hex'))
    .uint8(family)
    .bytes(bytes)
    .uint16(message.callbackPort);
}

function writeCallMessage(
  writer: BodyWriter,
  message: Exclude<ControllerMessage, LinkMessage | EventMessage | FeatureMessage>,
): void {
  if ('result' in message) writer.uint8(writer.code(RESULTS, message.result));
  switch (message.type) {
    case 'TRACE':
      writer.bytes(idBytes(message.traceId, 16)).bytes(idBytes(message.spanId, 8)).uint8(message.flags);
      return;
    case 'LOOKUP_DEVICE':
      writer.diallable(message.directoryNumber, 1);
      return;
    case 'MONITOR_STOP':
    case 'MONITOR_START_RESPONSE':
      writer.uint32(message.monitorReference);
      return;
    case 'MAKE_CALL':
      writer.diallable(message.number, 1).diallable(message.accountCode, 0);
      return;
    case 'ANSWER_CALL':
    case 'CLEAR_CALL':
    case 'HOLD_CALL':
    case 'RETRIEVE_CALL':
    case 'MAKE_CALL_RESPONSE':
      writer.uint32(message.localCallId);
      return;
    case 'LOOKUP_DEVICE_RESPONSE':
      writer.uint8(message.deviceType).uint8(message.inService ? 1 : 0);
      return;
    case 'SNAPSHOT_DEVICE_RESPONSE':
      if (message.calls.length > CALLS_PER_SNAPSHOT_MAX) throw new RangeError(`${message.calls.length} calls do not fit`);
      writer.uint8(message.calls.length).uint8(message.more ? 1 : 0);
      for (const call of message.calls) {
        writer.uint32(call.localCallId).uint64(call.globalCallId).uint8(writer.code(LOCAL_STATES, call.localState));
      }
      return;
    default:
    // The others have no body beyond the result.
  }
}

/** Of a trace context: an id of zeros is none. */
function idBytes(hex: string, bytes: number): Buffer {
  if (hex.length !== 2 * bytes || !/^[0-9a-f]*[1-9a-f][0-9a-f]*$/.test(hex))
    throw new RangeError(`${hex} is not an id of ${bytes} bytes`);
  return Buffer.from(hex, 'hex');
}

function writeEvent(writer: BodyWriter, event: EventMessage): void {
  const data = Buffer.concat(event.devices.map((datum) => datumBytes(writer, datum)));
  if (data.length > FRAME_BYTES_MAX - EVENT_FIXED_BYTES)
    throw new RangeError(`${data.length} bytes of device data; at most 300 fit`);
  writer
    .uint53(event.serial)
    .uint53(event.time)
    .uint32(event.monitorSequence)
    .uint32(event.localCallId)
    .uint64(event.globalCallId);
  writer.uint16(writer.code(EVENT_TYPES, event.eventType)).uint16(writer.code(CAUSES, event.cause));
  writer
    .uint8(writer.code(LOCAL_STATES, event.localState))
    .uint8(event.flags ?? 0)
    .uint16(data.length);
  writer
    .uint32(event.linkedCallId ?? 0)
    .uint8(event.parties ?? 0)
    .bytes(new Uint8Array(7))
    .bytes(data);
}

function datumBytes(writer: BodyWriter, { role, attribute, value }: DeviceDatum): Buffer {
  const text = Buffer.from(value, 'utf8');
  if (text.length > 255) throw new RangeError('a text of device data has at most 255 bytes');
  return Buffer.concat([Buffer.from([writer.code(ROLES, role), writer.code(ATTRIBUTES, attribute), text.length]), text]);
}
