/** Messages of the controller link (docs/design/controller-link.md) to frames and back. */
export { decodeMessage } from './messages/controller-link/v1/decoder.js';
export { encodeMessage } from './messages/controller-link/v1/encoder.js';
export { encodeRequest } from './messages/controller-link/v1/request-frames.js';
export { FRAME_TYPES } from './messages/controller-link/v1/codes.js';
