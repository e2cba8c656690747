/** Finding controllers and devices, and how they are configured. */
import { z } from 'zod';
import { CONNECTION_STATES } from '../gateway-admin.js';
import {
  CONTROLLER,
  controllerRequest,
  DEVICE,
  deviceRequest,
  dn,
  homes,
  icpId,
  id53,
  operation,
  SESSION,
  sessionId,
  text,
} from './members.js';
import { CALL_STATES } from './words.js';

const numbered = z.strictObject({ sessionId, icpId, primeDn: dn });
const lines = z.array(z.strictObject({ extNumber: z.string(), objectId: id53, buttonNumber: z.int() }));
const found = z.strictObject({ objectId: id53 });

const forwarding = z.strictObject({ dn: z.string().optional(), fwdOn: z.boolean() });
/** The five forwardings of a device. */
export const forwardings = {
  CFAlways: forwarding.optional(),
  CFBusyInt: forwarding.optional(),
  CFBusyExt: forwarding.optional(),
  CFNAInt: forwarding.optional(),
  CFNAExt: forwarding.optional(),
};

export const LOOKUP_OPERATIONS = {
  getIcpId: operation({
    doc: 'The controller with this address.',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${SESSION}/controllers` },
    request: z.strictObject({ sessionId, icpIpAddress: text(45) }),
    response: z.strictObject({ icpId: id53, connectionState: z.enum(CONNECTION_STATES), icpVersion: z.string() }),
  }),
  getIcpConfig: operation({
    doc: 'How a controller dials: its prefixes, codes and lengths (R-E164-01).',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${CONTROLLER}/config` },
    request: controllerRequest,
    response: z.strictObject({
      maxExtLength: z.string().optional(),
      trunkPrefix: z.string().optional(),
      longDistancePrefix: z.string().optional(),
      internationalPrefix: z.string().optional(),
      localAreaCodes: z.string().describe('Separated by commas').optional(),
      outsidePrefix: z.string().optional(),
      localCountryCode: z.string().optional(),
      neType: z.enum(['MI_VB', 'MI_400', 'MI_CC', 'MX_ONE']),
      ipAddr: z.string(),
    }),
  }),
  getPhoneNumberId: operation({
    doc: 'The device with this number.',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${CONTROLLER}/phones/{primeDn}` },
    request: numbered,
    response: found,
  }),
  getLineAppearanceId: operation({
    doc: 'The line appearance at a button of a phone (R-MON-02).',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${CONTROLLER}/phones/{primeDn}/lines/{buttonNum}` },
    request: numbered.extend({ buttonNum: z.int().min(0).max(255) }),
    response: found,
  }),
  getDeviceConfiguration: operation({
    doc: 'The lines of a phone and its controllers.',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${CONTROLLER}/phones/{primeDn}/configuration` },
    request: numbered,
    response: z.strictObject({ lines, primaryIcp: z.string(), secondaryIcp: z.string().optional(), isResilient: z.boolean() }),
  }),
  getDeviceConfigurationEx: operation({
    doc: 'The lines of a phone and its controllers, with their ids.',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${CONTROLLER}/phones/{primeDn}/configuration-ex` },
    request: numbered,
    response: z.strictObject({ lines, ...homes }),
  }),
  getDeviceMembers: operation({
    doc: 'The phones on which a number appears.',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${CONTROLLER}/phones/{primeDn}/members` },
    request: numbered,
    response: z.strictObject({ members: z.array(z.strictObject({ primeDn: z.string(), buttonNum: z.int(), objectId: id53 })) }),
  }),
  getDeviceFeatures: operation({
    doc: 'Do not disturb, forwardings, lamp and user of a device.',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${DEVICE}/features` },
    request: deviceRequest,
    response: z.strictObject({
      hotDeskUserLoggedInDn: z.string().optional(),
      registrationDn: z.string().optional(),
      ...forwardings,
      DND: z.boolean(),
      autoAnswer: z.boolean(),
      msgWaitingLamp: z.boolean(),
    }),
  }),
  getResilientStatus: operation({
    doc: 'The controllers of a device and which of them serves it now, as both answer; of one that cannot be asked nothing is said (R-RES-02).',
    level: 'standard',
    kind: 'query',
    rest: { method: 'GET', path: `${DEVICE}/resilience` },
    request: deviceRequest,
    response: z.strictObject({
      ...homes,
      primaryConnectionState: z.enum(CONNECTION_STATES),
      secondaryConnectionState: z.enum(CONNECTION_STATES).optional(),
      callStatePrimary: z.enum(CALL_STATES),
      callStateSecondary: z.enum(CALL_STATES).optional(),
      activeIcpId: id53,
      followed: z
        .boolean()
        .describe('Over REST: whether the device monitor follows the device to its other controller (R-RES-03)'),
      notFollowed: z.string().optional().describe('Over REST: why it does not, and what to do where something can be done'),
    }),
  }),
} as const;
