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
