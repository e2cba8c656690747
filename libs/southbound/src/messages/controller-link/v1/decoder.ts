/** Frames to messages: the grammar of the protocol page above the framing. */
import { FRAME_HEADER_BYTES, type Frame, FrameError } from '../../../framing.js';
import { bytesToAddress } from './address.js';
import { BodyReader } from './body-reader.js';
import { isFeatureType, readFeatureMessage } from './feature-decoder.js';
import {
  ATTRIBUTES,
  CALLS_PER_SNAPSHOT_MAX,
  CAUSES,
  DIALLABLE,
  EVENT_TYPES,
  HEARTBEAT_MS_MIN,
  isCallbackPort,
  LONG_TYPES,
  PLATFORMS,
  REQUEST_BYTES_MAX,
  ROLES,
  TYPE_NAMES,
} from './codes.js';
import { grants, localState, result } from './field-words.js';
import type { ControllerMessage, DeviceDatum, ResultName } from './types.js';

/**
 * The message of a frame. Throws {@link FrameError}, and nothing else, whatever the bytes are: `TYPE` for a type that is not in the page's
 * table, `BODY` for a length or a field that does not fit. Nothing of the frame's buffer is kept.
 */
export function decodeMessage(frame: Frame): ControllerMessage {
  const type = TYPE_NAMES.get(frame.type);
  if (type === undefined) throw new FrameError('TYPE', `there is no frame type ${frame.type}`);
  const reader = new BodyReader(frame.body, type);
  if (!LONG_TYPES.has(type) && frame.body.length > REQUEST_BYTES_MAX - FRAME_HEADER_BYTES) {
    reader.refuse(`a frame of this type has at most ${REQUEST_BYTES_MAX} bytes`);
  }
  const isLinkFrame = frame.type < 0x10;
  if (!isLinkFrame && frame.correlation === 0) reader.refuse(`correlation is 0`);
  const message = isFeatureType(type)
    ? readFeatureMessage(type, frame, reader)
    : isLinkFrame
      ? linkMessage(type, reader)
      : callMessage(type, frame, reader);
  reader.end();
  return message;
}

function linkMessage(type: ControllerMessage['type'], reader: BodyReader): ControllerMessage {
  switch (type) {
    case 'HELLO':
      return helloMessage(reader);
    case 'HELLO_ACK':
      return helloAckMessage(reader);
    case 'BACK_HELLO':
      return { type, nonce: reader.uint64(), bootId: reader.uint32() };
    case 'BACK_ACK':
      return { type, result: result(reader) };
    case 'PING':
    case 'PONG':
      return { type, opaque: reader.uint64() };
    default:
      return { type: 'GOODBYE', reason: reader.uint8() };
  }
}

function helloMessage(reader: BodyReader): ControllerMessage {
  const nonce = reader.uint64();
  const epochMajor = reader.uint32();
  const epochMinor = reader.uint32();
  const hex = reader.bytes(16).toString('hex');
  const instanceId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const family = reader.uint8();
  if (family !== 4 && family !== 6) reader.refuse(`address family ${family}`);
  const address = bytesToAddress(family, reader.bytes(16));
  const callbackPort = reader.uint16();
  if (!isCallbackPort(callbackPort)) reader.refuse(`call-back port ${callbackPort}`);
  return { type: 'HELLO', nonce, epochMajor, epochMinor, instanceId, address, callbackPort };
}

function helloAckMessage(reader: BodyReader): ControllerMessage {
  const outcome = result(reader);
  const heartbeatMs = reader.uint16();
  const bootId = reader.uint32();
  const platform = PLATFORMS[reader.uint8()];
  const release = [reader.uint8(), reader.uint8(), reader.uint8()].join('.');
  const capabilities = reader.uint8();
  if (outcome === 'OK' && heartbeatMs < HEARTBEAT_MS_MIN) reader.refuse(`heartbeat interval ${heartbeatMs}`);
  if (outcome === 'OK' && platform === undefined) reader.refuse('unknown platform');
  return { type: 'HELLO_ACK', result: outcome, heartbeatMs, bootId, platform: platform ?? 'x86', release, capabilities };
}

function callMessage(type: ControllerMessage['type'], frame: Frame, reader: BodyReader): ControllerMessage {
  const { correlation, target } = frame;
  switch (type) {
    case 'LOOKUP_DEVICE':
      return { type, correlation, directoryNumber: diallable(reader, 1) };
    case 'MONITOR_START':
    case 'SNAPSHOT_DEVICE':
      return { type, correlation, target };
    case 'MONITOR_STOP':
      return { type, correlation, target, monitorReference: reader.uint32() };
    case 'MAKE_CALL':
      return { type, correlation, target, number: diallable(reader, 1), accountCode: diallable(reader, 0) };
    case 'ANSWER_CALL':
    case 'CLEAR_CALL':
    case 'HOLD_CALL':
    case 'RETRIEVE_CALL':
      return { type, correlation, target, localCallId: reader.uint32() };
    case 'TRACE':
      return {
        type,
        correlation,
        traceId: idOf(reader, 16, 'trace id'),
        spanId: idOf(reader, 8, 'span id'),
        flags: reader.uint8(),
      };
    case 'EVENT':
      return eventMessage(frame, reader);
    default:
      return responseMessage(type, frame, reader);
  }
}

/** Fields of a refusal are read for their length only, and given as the zeros they should be. */
function responseMessage(type: ControllerMessage['type'], frame: Frame, reader: BodyReader): ControllerMessage {
  const { correlation, target } = frame;
  const outcome = result(reader);
  const ok = grants(outcome);
  switch (type) {
    case 'LOOKUP_DEVICE_RESPONSE': {
      const deviceType = reader.uint8();
      const inService = reader.flag('in service');
      if (ok && target === 0) reader.refuse('handle 0');
      return { type, correlation, result: outcome, target, deviceType: ok ? deviceType : 0, inService: ok && inService };
    }
    case 'MONITOR_START_RESPONSE': {
      const monitorReference = reader.uint32();
      if (ok && monitorReference === 0) reader.refuse('monitor reference 0');
      return { type, correlation, result: outcome, target, monitorReference: ok ? monitorReference : 0 };
    }
    case 'SNAPSHOT_DEVICE_RESPONSE':
      return snapshotMessage(frame, outcome, reader);
    case 'MAKE_CALL_RESPONSE': {
      const localCallId = reader.uint32();
      return { type, correlation, result: outcome, target, localCallId: ok ? localCallId : 0 };
    }
    case 'MONITOR_STOP_RESPONSE':
    case 'ANSWER_CALL_RESPONSE':
    case 'CLEAR_CALL_RESPONSE':
    case 'HOLD_CALL_RESPONSE':
    case 'RETRIEVE_CALL_RESPONSE':
      return { type, correlation, result: outcome, target };
    default:
      throw new FrameError('TYPE', `${type} is not read here`);
  }
}

function snapshotMessage(frame: Frame, outcome: ResultName, reader: BodyReader): ControllerMessage {
  const count = reader.uint8();
  if (count > CALLS_PER_SNAPSHOT_MAX) reader.refuse(`${count} calls do not fit`);
  const more = reader.flag('more');
  const calls = Array.from({ length: count }, () => ({
    localCallId: reader.uint32(),
    globalCallId: reader.uint64(),
    localState: localState(reader),
  }));
  const { correlation, target } = frame;
  const ok = grants(outcome);
  return { type: 'SNAPSHOT_DEVICE_RESPONSE', correlation, result: outcome, target, more: ok && more, calls: ok ? calls : [] };
}

function eventMessage(frame: Frame, reader: BodyReader): ControllerMessage {
  const fixed = {
    serial: reader.uint53('serial'),
    time: reader.uint53('time'),
    monitorSequence: reader.uint32(),
    localCallId: reader.uint32(),
    globalCallId: reader.uint64(),
    eventType: EVENT_TYPES[reader.uint16()] ?? 'UNKNOWN_EVENT',
    cause: CAUSES[reader.uint16()] ?? 'UNKNOWN',
    localState: localState(reader),
  };
  const flags = reader.uint8();
  const dataBytes = reader.uint16();
  const facts = { flags, linkedCallId: reader.uint32(), parties: reader.uint8() };
  reader.bytes(7);
  if (dataBytes !== reader.remaining) reader.refuse(`${dataBytes} bytes of device data are said, ${reader.remaining} follow`);
  const devices: DeviceDatum[] = [];
  while (reader.remaining > 0) {
    const role = reader.uint8();
    const attribute = reader.uint8();
    devices.push({
      role: ROLES[role] ?? `ROLE_${role}`,
      attribute: ATTRIBUTES[attribute] ?? `ATTRIBUTE_${attribute}`,
      value: reader.text(),
    });
  }
  return { type: 'EVENT', monitorReference: frame.correlation, target: frame.target, ...fixed, ...facts, devices };
}

function idOf(reader: BodyReader, bytes: number, field: string): string {
  const id = reader.bytes(bytes).toString('hex');
  return /[^0]/.test(id) ? id : reader.refuse(`a ${field} of zeros`);
}

function diallable(reader: BodyReader, lengthMin: number): string {
  const text = reader.text();
  if (text.length < lengthMin || !DIALLABLE.test(text)) reader.refuse('a number that is empty or not of 0-9 * # +');
  return text;
}
