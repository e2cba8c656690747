/** Routes and shapes of the contract as data, made from the schemas (`npm run generate`); a test says when they are stale. */
export { GATEWAY_SHAPES, REQUEST_SHAPES, REST_TABLE, type GatewayShapes, type JsonShape } from './generated/gateway-tables.js';
