/** Bodies of the messages of feature-types.ts. */
import type { BodyWriter } from './body-writer.js';
import {
  ACTION_NUMBERS,
  CALL_OPCODE_NUMBERS,
  CALLS_PER_PAGE_MAX,
  CAUSES,
  DEVICE_OPCODE_NUMBERS,
  ENTITY_NUMBERS,
  ITEM_NUMBERS,
  LOCAL_STATES,
  LOOKUP_KIND_NUMBERS,
  MONITOR_KIND_NUMBERS,
  QUERY_KIND_NUMBERS,
  RESULTS,
} from './codes.js';
import type { CallFacts, DirectoryEntries, DirectoryPart, FeatureRequest, FeatureResponse, Item } from './feature-types.js';
import type { ControllerMessage } from './types.js';

export type FeatureMessage = FeatureRequest | FeatureResponse | DirectoryEntries | DirectoryPart;

const TYPES: ReadonlySet<string> = new Set<FeatureMessage['type']>([
  'LOOKUP',
  'LOOKUP_RESPONSE',
  'SNAPSHOT_CALLS',
  'SNAPSHOT_CALLS_RESPONSE',
  'MONITOR_OBJECT',
  'MONITOR_OBJECT_RESPONSE',
  'CALL_COMMAND',
  'CALL_COMMAND_RESPONSE',
  'DEVICE_COMMAND',
  'DEVICE_COMMAND_RESPONSE',
  'QUERY',
  'QUERY_RESPONSE',
  'DIRECTORY_READ',
  'DIRECTORY_READ_RESPONSE',
  'DIRECTORY_WRITE',
  'DIRECTORY_WRITE_RESPONSE',
  'DIRECTORY_ENTRIES',
  'DIRECTORY_PART',
]);

export function isFeatureMessage(message: ControllerMessage): message is FeatureMessage {
  return TYPES.has(message.type);
}

/** Writes what comes behind the header. */
export function writeFeatureMessage(writer: BodyWriter, message: FeatureMessage): void {
  if ('result' in message) return writeResponse(writer, message);
  switch (message.type) {
    case 'LOOKUP':
      writer.uint8(writer.code(LOOKUP_KIND_NUMBERS, message.kind)).uint32(message.number).text(message.text);
      return;
    case 'SNAPSHOT_CALLS':
      writer.uint8(message.from);
      return;
    case 'MONITOR_OBJECT':
      writer.uint8(writer.code(MONITOR_KIND_NUMBERS, message.kind));
      return;
    case 'CALL_COMMAND':
      writer.uint8(writer.code(CALL_OPCODE_NUMBERS, message.opcode)).uint32(message.localCallId).uint32(message.value);
      writer.text(message.argument);
      return;
    case 'DEVICE_COMMAND':
      writer.uint8(writer.code(DEVICE_OPCODE_NUMBERS, message.opcode)).uint32(message.value);
      writer.text(message.first).text(message.second);
      return;
    case 'QUERY':
      writer.uint8(writer.code(QUERY_KIND_NUMBERS, message.kind)).uint8(message.from);
      return;
    case 'DIRECTORY_READ':
      writer.uint8(writer.code(ENTITY_NUMBERS, message.entity)).uint32(message.after);
      if (message.continued !== undefined) writer.uint8(message.continued ? 1 : 0);
      return;
    case 'DIRECTORY_PART':
      if (message.items.length === 0) throw new RangeError('a part of a write has items');
      writeItems(writer, message.items);
      return;
    case 'DIRECTORY_WRITE':
      writer.uint8(writer.code(ENTITY_NUMBERS, message.entity)).uint8(writer.code(ACTION_NUMBERS, message.action));
      writeItems(writer, message.items);
      return;
    case 'DIRECTORY_ENTRIES':
      writeEntries(writer, message);
  }
}

function writeResponse(writer: BodyWriter, message: FeatureResponse): void {
  writer.uint8(writer.code(RESULTS, message.result));
  switch (message.type) {
    case 'LOOKUP_RESPONSE':
      writer
        .uint8(message.deviceType)
        .uint8(message.inService ? 1 : 0)
        .uint8(message.traits);
      return;
    case 'SNAPSHOT_CALLS_RESPONSE':
      if (message.calls.length > CALLS_PER_PAGE_MAX) throw new RangeError(`${message.calls.length} calls do not fit`);
      writer
        .uint8(message.traits)
        .uint8(message.more ? 1 : 0)
        .uint8(message.calls.length);
      for (const call of message.calls) writeCall(writer, call);
      return;
    case 'MONITOR_OBJECT_RESPONSE':
      writer.uint32(message.monitorReference);
      return;
    case 'CALL_COMMAND_RESPONSE':
    case 'DEVICE_COMMAND_RESPONSE':
      writer.uint32(message.localCallId);
      return;
    case 'QUERY_RESPONSE':
      writer.uint8(message.next);
      writeItems(writer, message.items);
      return;
    case 'DIRECTORY_READ_RESPONSE':
      writer.uint16(message.count).uint32(message.next);
      return;
    case 'DIRECTORY_WRITE_RESPONSE':
      writer.uint32(message.handle);
  }
}

function writeCall(writer: BodyWriter, call: CallFacts): void {
  writer.uint32(call.localCallId).uint64(call.globalCallId).uint8(writer.code(LOCAL_STATES, call.localState));
  writer.uint8(call.flags).uint32(call.linkedCallId).uint8(call.parties).uint16(writer.code(CAUSES, call.failureCause));
}

function writeItems(writer: BodyWriter, items: readonly Item[]): void {
  for (const { word, value } of items) writer.uint8(writer.code(ITEM_NUMBERS, word)).text(value);
}

function writeEntries(writer: BodyWriter, { entity, entries }: DirectoryEntries): void {
  if (entries.length === 0) throw new RangeError('a page of the directory has entries');
  writer.uint8(writer.code(ENTITY_NUMBERS, entity)).uint8(entries.length);
  for (const { handle, items } of entries) {
    writer.uint32(handle).uint8(items.length);
    writeItems(writer, items);
  }
}
