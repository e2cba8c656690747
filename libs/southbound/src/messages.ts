/** Messages of the controller link (docs/design/controller-link.md) as values; bytes are the codec's matter. */
export type {
  ControllerMessage,
  ControllerRequest,
  ControllerResponse,
  LinkMessage,
  EventMessage,
  ResultName,
  LocalStateName,
  EventTypeName,
  CauseName,
  DeviceDatum,
} from './messages/controller-link/v1/types.js';
export type {
  CallFacts,
  CallOpcode,
  DeviceOpcode,
  DirectoryEntity,
  DirectoryEntries,
  FeatureRequest,
  FeatureResponse,
  Item,
  ItemWord,
  LookupKind,
  MonitorKind,
  QueryKind,
} from './messages/controller-link/v1/feature-types.js';
export { CALL_FLAGS, CAPABILITIES, TRAITS } from './messages/controller-link/v1/codes.js';
export { DEVICE_TYPES } from './messages/controller-link/v1/words.js';
