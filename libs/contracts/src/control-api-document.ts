/** The control API as an OpenAPI 3.1 document, as checked in. */
export { CONTROL_API_DOCUMENT } from './generated/control-api.openapi.js';
