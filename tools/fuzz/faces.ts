/** All faces that bad input is generated for, by name. */
import type { Face, Made } from './cases.js';
import { controlFace } from './control-face.js';
import { framesFace } from './frames-face.js';
import { gatewayAdminFace } from './gateway-admin-face.js';
import { gatewayFace, KINDS } from './gateway-faces.js';
import { ownStore } from './own-store.js';
import { realEngine } from './real-engine.js';
import { simulatorAdminFace } from './simulator-admin-face.js';
import { socketFace } from './socket-face.js';

/** What applications and controllers reach. */
export const GATEWAY_FACE_NAMES = ['rest', 'soap', 'stream', 'websocket', 'websocket-tls', 'frames', 'frames-simulator'] as const;
/** What operators and our own programs reach. */
export const ADMIN_FACE_NAMES = ['control-api', 'gateway-admin', 'simulator-admin'] as const;
export const FACE_NAMES = [...GATEWAY_FACE_NAMES, ...ADMIN_FACE_NAMES] as const;
export type FaceName = (typeof FACE_NAMES)[number];

/** Of so many cases for each transport, those of this one: where each needs a handshake of TLS, a fiftieth, for the rest of it is tried without. */
export const casesOf = (name: FaceName, cases: number): number => (name === 'websocket-tls' ? Math.ceil(cases / 50) : cases);

/** The face, up; close it. */
export const openFace: Readonly<Record<FaceName, () => Promise<Face<Made>>>> = {
  rest: async () => gatewayFace(KINDS.rest, await realEngine()),
  soap: async () => gatewayFace(KINDS.soap, await realEngine()),
  stream: async () => gatewayFace(KINDS.stream, await realEngine()),
  websocket: async () => socketFace(await realEngine(), 'plain'),
  'websocket-tls': async () => socketFace(await realEngine(), 'tls'),
  frames: async () => framesFace('instance'),
  'frames-simulator': async () => framesFace('controller'),
  'control-api': async () => {
    const store = await ownStore();
    return controlFace(store, () => store.drop());
  },
  'gateway-admin': gatewayAdminFace,
  'simulator-admin': simulatorAdminFace,
};
