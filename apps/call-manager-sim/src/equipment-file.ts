/** The equipment file: what each controller has beside its range of plain phones. Controllers are in the order of the settings. */
import { z } from 'zod';
import type { ControllerSpec } from './model/equipment-spec.js';
import { GROUP_MEMBERS_MAX } from './model/group.js';
import { NAME_BYTES_MAX, type PhoneSpec } from './model/phone.js';
import type { SimulatedControllerSpec } from './simulation.js';

const dn = z.string().regex(/^[0-9]{1,9}$/, 'a directory number has 1 to 9 digits');
const name = z
  .string()
  .refine((text) => Buffer.byteLength(text, 'utf8') <= NAME_BYTES_MAX, `a name has at most ${NAME_BYTES_MAX} bytes`)
  .default('');
const pin = z
  .string()
  .regex(/^[0-9]{1,20}$/, 'a PIN has 1 to 20 digits')
  .optional();
const digits = z.string().regex(/^[0-9*#+]{1,50}$/, 'a number has 1 to 50 of 0-9 * # +');
const ms = z.int().min(0).max(3_600_000);
const PHONES_MAX = 10_000;
const OTHERS_MAX = 1_000;

const phone = z.strictObject({
  dn,
  name,
  sip: z.boolean().default(false).describe('R-CC-06'),
  transferLine: z.int().min(2).max(96).optional().describe('R-CC-06: a SIP set asks others over the line at this button'),
  model: z
    .string()
    .regex(/^[A-Z0-9_]{1,32}$/, 'a model has 1 to 32 of A-Z 0-9 _')
    .optional()
    .describe('R-SES-02'),
  /** Place of the other controller in the list. */
  secondary: z.int().min(0).max(249).optional().describe('R-RES-01'),
  pickupGroup: z.int().min(1).max(9_999).optional(),
  hotDesk: z.boolean().optional().describe('users and agents may log in here'),
  supervisor: z.boolean().optional(),
  monitorable: z.boolean().default(true),
});
const user = z.strictObject({ dn, name, pin, secondary: z.int().min(0).max(249).optional() });
const externalUser = z.strictObject({ dn, name, pin, responseMs: ms.default(400).describe('R-CC-07') });
const agent = z.strictObject({
  dn,
  name,
  pin,
  agentId: z.string().min(1).max(40).optional(),
  secondary: z.int().min(0).max(249).optional(),
  /** An agent beyond the cluster: how long it takes to reach him. */
  externalMs: ms.min(1).optional(),
});
const line = z.strictObject({ setDn: dn, button: z.int().min(2).max(96), dn, shared: z.enum(['key', 'multicall']) });
const group = z.strictObject({
  dn,
  name,
  kind: z.enum(['hunt-group', 'ring-all-group', 'ring-cascade-group', 'personal-ring-group']),
  members: z.array(dn).min(1).max(GROUP_MEMBERS_MAX),
  order: z.enum(['linear', 'circular']).optional(),
  stepMs: ms.min(1).optional(),
  overflow: digits.optional(),
});
const acdGroup = z.strictObject({ dn, name, agents: z.array(dn).max(OTHERS_MAX) });
const acdExpressGroup = z.strictObject({
  ...acdGroup.shape,
  agentTimeoutMs: ms.min(1).optional(),
  workMs: ms.optional(),
});
const acdPath = z.strictObject({
  dn,
  name,
  groups: z.array(dn).min(1).max(64),
  agentTimeoutMs: ms.min(1).optional(),
  workMs: ms.optional(),
});
const trunk = z.strictObject({
  number: z.int().min(1).max(99_999),
  name,
  kind: z.enum(['trunk', 'sip-peer']),
  answersAfterMs: ms.min(1).optional(),
});
const numbering = z.strictObject({
  countryCode: z.string().max(4).optional(),
  longDistancePrefix: z.string().max(8).optional(),
  internationalPrefix: z.string().max(8).optional(),
  localAreaCodes: z.array(z.string().max(10)).max(50).optional(),
  extensionLength: z.int().min(1).max(9).optional(),
});

export const controllerEquipmentSchema = z.strictObject({
  phones: z.array(phone).max(PHONES_MAX).default([]),
  users: z.array(user).max(OTHERS_MAX).default([]),
  externalUsers: z.array(externalUser).max(OTHERS_MAX).default([]),
  agents: z.array(agent).max(OTHERS_MAX).default([]),
  lines: z.array(line).max(PHONES_MAX).default([]),
  groups: z.array(group).max(OTHERS_MAX).default([]),
  acdGroups: z.array(acdGroup).max(OTHERS_MAX).default([]),
  acdExpressGroups: z.array(acdExpressGroup).max(OTHERS_MAX).default([]),
  acdPaths: z.array(acdPath).max(OTHERS_MAX).default([]),
  trunks: z.array(trunk).max(OTHERS_MAX).default([]),
  outsidePrefix: z
    .string()
    .regex(/^[0-9*#]{1,6}$/)
    .optional(),
  accountCodes: z.array(digits).max(OTHERS_MAX).default([]),
  agentLicences: z.int().min(0).max(10_000).optional(),
  numbering: numbering.optional(),
});
export type ControllerEquipment = z.infer<typeof controllerEquipmentSchema>;

export const equipmentSchema = z.strictObject({ controllers: z.array(controllerEquipmentSchema).max(250) });

/** Throws one line that says where the file is wrong. */
export function readEquipment(text: string, file: string): ControllerEquipment[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`the equipment file ${file} is not JSON`, { cause: error });
  }
  const read = equipmentSchema.safeParse(json);
  if (read.success) return read.data.controllers;
  const issue = read.error.issues[0];
  throw new Error(`the equipment file ${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
}

type Extras = Omit<ControllerSpec, 'bootId' | 'phones' | 'address'> & Pick<SimulatedControllerSpec, 'numbering'>;

/** What the equipment adds to a controller: stations behind its plain phones, and everything else. A plain phone may be named again, with more abilities. */
export function withEquipment(
  plain: readonly PhoneSpec[],
  equipment: ControllerEquipment | undefined,
): Extras & { phones: PhoneSpec[] } {
  if (!equipment) return { phones: [...plain] };
  const { phones, users, externalUsers, agents, ...rest } = equipment;
  const byDn = new Map<string, PhoneSpec>(plain.map((spec) => [spec.dn, spec]));
  for (const { sip, name: given, ...more } of phones) {
    const before = byDn.get(more.dn);
    const kind = sip ? ('sip-phone' as const) : ('phone' as const);
    byDn.set(more.dn, {
      ...present(more),
      name: given || (before?.name ?? ''),
      monitorable: more.monitorable && (before?.monitorable ?? true),
      kind,
    });
  }
  const add = (spec: PhoneSpec) => {
    if (byDn.has(spec.dn)) throw new Error(`directory number ${spec.dn} is given twice in the equipment of a controller`);
    byDn.set(spec.dn, spec);
  };
  for (const spec of users) add({ ...present(spec), monitorable: true, kind: 'hot-desk-user' });
  for (const spec of externalUsers) add({ ...present(spec), monitorable: true, kind: 'external-user' });
  for (const { externalMs, ...spec } of agents)
    add({ ...present(spec), monitorable: true, kind: 'agent', ...(externalMs === undefined ? {} : { responseMs: externalMs }) });
  return { phones: [...byDn.values()], ...present(rest) };
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without the members that are not there. */
function present<T extends object>(spec: T): Given<T> {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as Given<T>;
}
