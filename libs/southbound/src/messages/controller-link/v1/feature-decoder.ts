/** Bodies of the messages of feature-types.ts; every fault in them is a FrameError. */
import type { Frame } from '../../../framing.js';
import type { BodyReader } from './body-reader.js';
import {
  ACTION_NUMBERS,
  CALL_OPCODE_NUMBERS,
  CALLS_PER_PAGE_MAX,
  DEVICE_OPCODE_NUMBERS,
  ENTITY_NUMBERS,
  ITEM_NUMBERS,
  LOOKUP_KIND_NUMBERS,
  MONITOR_KIND_NUMBERS,
  QUERY_KIND_NUMBERS,
} from './codes.js';
import type { CallFacts, DirectoryEntries, DirectoryPart, FeatureRequest, FeatureResponse, Item } from './feature-types.js';
import { cause, grants, localState, result } from './field-words.js';
import type { ControllerMessage } from './types.js';

type FeatureType = (FeatureRequest | FeatureResponse | DirectoryEntries | DirectoryPart)['type'];

const READERS: Readonly<Record<FeatureType, (frame: Frame, reader: BodyReader) => ControllerMessage>> = {
  LOOKUP: ({ correlation }, reader) => ({
    type: 'LOOKUP',
    correlation,
    kind: LOOKUP_KIND_NUMBERS[reader.uint8()] ?? 'UNKNOWN_KIND',
    number: reader.uint32(),
    text: reader.text(),
  }),
  SNAPSHOT_CALLS: ({ correlation, target }, reader) => ({ type: 'SNAPSHOT_CALLS', correlation, target, from: reader.uint8() }),
  MONITOR_OBJECT: ({ correlation, target }, reader) => ({
    type: 'MONITOR_OBJECT',
    correlation,
    target,
    kind: MONITOR_KIND_NUMBERS[reader.uint8()] ?? 'UNKNOWN_KIND',
  }),
  CALL_COMMAND: ({ correlation, target }, reader) => ({
    type: 'CALL_COMMAND',
    correlation,
    target,
    opcode: CALL_OPCODE_NUMBERS[reader.uint8()] ?? 'UNKNOWN_OPCODE',
    localCallId: reader.uint32(),
    value: reader.uint32(),
    argument: reader.text(),
  }),
  DEVICE_COMMAND: ({ correlation, target }, reader) => ({
    type: 'DEVICE_COMMAND',
    correlation,
    target,
    opcode: DEVICE_OPCODE_NUMBERS[reader.uint8()] ?? 'UNKNOWN_OPCODE',
    value: reader.uint32(),
    first: reader.text(),
    second: reader.text(),
  }),
  QUERY: ({ correlation, target }, reader) => ({
    type: 'QUERY',
    correlation,
    target,
    kind: QUERY_KIND_NUMBERS[reader.uint8()] ?? 'UNKNOWN_KIND',
    from: reader.uint8(),
  }),
  DIRECTORY_READ: ({ correlation }, reader) => ({
    type: 'DIRECTORY_READ',
    correlation,
    entity: ENTITY_NUMBERS[reader.uint8()] ?? 'UNKNOWN_ENTITY',
    after: reader.uint32(),
    ...(reader.remaining > 0 ? { continued: reader.flag('continued') } : {}),
  }),
  DIRECTORY_PART: ({ correlation }, reader) => {
    if (reader.remaining === 0) reader.refuse('a part without items');
    return { type: 'DIRECTORY_PART', correlation, items: itemsToEnd(reader) };
  },
  DIRECTORY_WRITE: readWrite,
  DIRECTORY_ENTRIES: readEntries,
  LOOKUP_RESPONSE: (frame, reader) => {
    const answer = answerOf('LOOKUP_RESPONSE', frame, reader);
    const found = { deviceType: reader.uint8(), inService: reader.flag('in service'), traits: reader.uint8() };
    if (grants(answer.result) && frame.target === 0) reader.refuse('handle 0');
    return { ...answer, ...(grants(answer.result) ? found : { deviceType: 0, inService: false, traits: 0 }) };
  },
  SNAPSHOT_CALLS_RESPONSE: readSnapshot,
  MONITOR_OBJECT_RESPONSE: (frame, reader) => {
    const answer = answerOf('MONITOR_OBJECT_RESPONSE', frame, reader);
    const monitorReference = reader.uint32();
    if (grants(answer.result) && monitorReference === 0) reader.refuse('monitor reference 0');
    return { ...answer, monitorReference: grants(answer.result) ? monitorReference : 0 };
  },
  CALL_COMMAND_RESPONSE: (frame, reader) => withCall(answerOf('CALL_COMMAND_RESPONSE', frame, reader), reader),
  DEVICE_COMMAND_RESPONSE: (frame, reader) => withCall(answerOf('DEVICE_COMMAND_RESPONSE', frame, reader), reader),
  QUERY_RESPONSE: (frame, reader) => {
    const answer = answerOf('QUERY_RESPONSE', frame, reader);
    const [next, items] = [reader.uint8(), itemsToEnd(reader)];
    return { ...answer, ...(grants(answer.result) ? { next, items } : { next: 0, items: [] }) };
  },
  DIRECTORY_READ_RESPONSE: (frame, reader) => {
    const answer = answerOf('DIRECTORY_READ_RESPONSE', frame, reader);
    const [count, next] = [reader.uint16(), reader.uint32()];
    return { ...answer, ...(grants(answer.result) ? { count, next } : { count: 0, next: 0 }) };
  },
  DIRECTORY_WRITE_RESPONSE: (frame, reader) => {
    const answer = answerOf('DIRECTORY_WRITE_RESPONSE', frame, reader);
    const handle = reader.uint32();
    return { ...answer, handle: grants(answer.result) ? handle : 0 };
  },
};

export function isFeatureType(type: string): type is FeatureType {
  return Object.hasOwn(READERS, type);
}

/** The message of a frame of one of these types; reads its last field, and leaves it to the caller to look for bytes behind it. */
export function readFeatureMessage(type: FeatureType, frame: Frame, reader: BodyReader): ControllerMessage {
  return READERS[type](frame, reader);
}

function answerOf<T extends FeatureResponse['type']>(type: T, { correlation, target }: Frame, reader: BodyReader) {
  return { type, correlation, target, result: result(reader) };
}

type CommandResponse = Extract<FeatureResponse, { type: 'CALL_COMMAND_RESPONSE' | 'DEVICE_COMMAND_RESPONSE' }>;

function withCall(answer: Omit<CommandResponse, 'localCallId'>, reader: BodyReader): ControllerMessage {
  const localCallId = reader.uint32();
  return { ...answer, localCallId: grants(answer.result) ? localCallId : 0 };
}

function readSnapshot(frame: Frame, reader: BodyReader): ControllerMessage {
  const answer = answerOf('SNAPSHOT_CALLS_RESPONSE', frame, reader);
  const traits = reader.uint8();
  const more = reader.flag('more');
  const count = reader.uint8();
  if (count > CALLS_PER_PAGE_MAX) reader.refuse(`${count} calls do not fit`);
  const calls = Array.from({ length: count }, () => readCall(reader));
  return { ...answer, ...(grants(answer.result) ? { traits, more, calls } : { traits: 0, more: false, calls: [] }) };
}

function readCall(reader: BodyReader): CallFacts {
  return {
    localCallId: reader.uint32(),
    globalCallId: reader.uint64(),
    localState: localState(reader),
    flags: reader.uint8(),
    linkedCallId: reader.uint32(),
    parties: reader.uint8(),
    failureCause: cause(reader),
  };
}

function readWrite({ correlation, target }: Frame, reader: BodyReader): ControllerMessage {
  const entity = ENTITY_NUMBERS[reader.uint8()] ?? 'UNKNOWN_ENTITY';
  const number = reader.uint8();
  const action = ACTION_NUMBERS[number] ?? reader.refuse(`action ${number}`);
  return { type: 'DIRECTORY_WRITE', correlation, target, entity, action, items: itemsToEnd(reader) };
}

function readEntries({ correlation }: Frame, reader: BodyReader): ControllerMessage {
  const entity = ENTITY_NUMBERS[reader.uint8()] ?? 'UNKNOWN_ENTITY';
  const count = reader.uint8();
  if (count === 0) reader.refuse('a page without entries');
  const entries = Array.from({ length: count }, () => {
    const handle = reader.uint32();
    return { handle, items: Array.from({ length: reader.uint8() }, () => readItem(reader)) };
  });
  return { type: 'DIRECTORY_ENTRIES', correlation, entity, entries };
}

function itemsToEnd(reader: BodyReader): Item[] {
  const items: Item[] = [];
  while (reader.remaining > 0) items.push(readItem(reader));
  return items;
}

function readItem(reader: BodyReader): Item {
  const number = reader.uint8();
  return { word: ITEM_NUMBERS[number] ?? `ITEM_${number}`, value: reader.text() };
}
