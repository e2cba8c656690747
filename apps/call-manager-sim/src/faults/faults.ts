/** What a controller is told to do wrong. Standing faults stay until they are cleared; the others happen once. */
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { REQUEST_TYPES, type RequestType } from '../wire/request.decoder.js';

const instanceId = z.uuid().optional().describe('only this instance; else every one');
const types = z
  .array(z.enum(REQUEST_TYPES))
  .min(1)
  .max(REQUEST_TYPES.length)
  .optional()
  .describe('only these requests; else every one');
const refusal = z.enum(['REFUSED', 'OVERLOADED', 'NOT_SUPPORTED', 'NOT_ALLOWED', 'DEVICE_OUT_OF_SERVICE']).default('REFUSED');

const PEM_CHARACTERS_MAX = 20_000;

function canBeShown(cert: string, key: string): boolean {
  try {
    return cert !== '' && key !== '' && createSecureContext({ cert, key }) !== undefined;
  } catch {
    return false;
  }
}

export const standingFaultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('stall'), direction: z.enum(['receive', 'send', 'both']).default('both'), instanceId }),
  z.strictObject({ kind: z.literal('refuse-links'), result: z.enum(['REFUSED', 'OVERLOADED']).default('REFUSED'), instanceId }),
  z.strictObject({ kind: z.literal('refuse-requests'), result: refusal, types, instanceId }),
  z
    .strictObject({
      kind: z.literal('certificate'),
      connection: z.enum(['forward', 'back', 'both']).default('both').describe('where it is shown instead of the right one'),
      certPem: z.string().max(PEM_CHARACTERS_MAX),
      keyPem: z.string().max(PEM_CHARACTERS_MAX),
    })
    .refine(({ certPem, keyPem }) => canBeShown(certPem, keyPem), {
      path: ['certPem'],
      message: 'must be a certificate in PEM, and keyPem its key',
    }),
  z.strictObject({ kind: z.literal('delay-answers'), ms: z.int().min(1).max(3_600_000), types, instanceId }),
]);
export type StandingFault = z.infer<typeof standingFaultSchema>;

export const faultSchema = z.discriminatedUnion('kind', [
  ...standingFaultSchema.options,
  z.strictObject({ kind: z.literal('drop-links'), how: z.enum(['abrupt', 'goodbye']).default('abrupt'), instanceId }),
  z.strictObject({ kind: z.literal('restart'), downMs: z.int().min(0).max(3_600_000).default(0) }),
  z.strictObject({
    kind: z.enum(['phone-out-of-service', 'phone-in-service', 'phone-fail-over', 'phone-fail-back']),
    dn: z.string().min(1).max(9),
  }),
]);
export type Fault = z.infer<typeof faultSchema>;

export const STANDING_FAULTS_MAX = 100;

export function isStanding(fault: Fault): fault is StandingFault {
  return standingFaultSchema.options.some((option) => option.shape.kind.value === fault.kind);
}

/** The standing faults of one controller; of several that fit, the one set first counts (delays add up). */
export class Faults {
  private standing: StandingFault[] = [];

  /** False when {@link STANDING_FAULTS_MAX} stand already. */
  add(fault: StandingFault): boolean {
    if (this.standing.length >= STANDING_FAULTS_MAX) return false;
    this.standing.push(fault);
    return true;
  }

  clear(): void {
    this.standing = [];
  }

  /** As told to whoever asks: without keys. */
  list(): readonly StandingFault[] {
    return this.standing.map((fault) => (fault.kind === 'certificate' ? { ...fault, keyPem: '' } : fault));
  }

  /** What is shown on this connection instead of the right certificate; undefined: the right one. */
  certificate(connection: 'forward' | 'back'): { readonly certPem: string; readonly keyPem: string } | undefined {
    return this.standing.find(
      (fault) => fault.kind === 'certificate' && (fault.connection === connection || fault.connection === 'both'),
    ) as { readonly certPem: string; readonly keyPem: string } | undefined;
  }

  stalled(direction: 'receive' | 'send', instanceId: string | null): boolean {
    return this.standing.some(
      (fault) =>
        fault.kind === 'stall' && (fault.direction === direction || fault.direction === 'both') && concerns(fault, instanceId),
    );
  }

  linkRefusal(instanceId: string): 'REFUSED' | 'OVERLOADED' | null {
    for (const fault of this.standing) if (fault.kind === 'refuse-links' && concerns(fault, instanceId)) return fault.result;
    return null;
  }

  requestRefusal(type: RequestType, instanceId: string): z.infer<typeof refusal> | null {
    for (const fault of this.standing) {
      if (fault.kind === 'refuse-requests' && concerns(fault, instanceId) && (fault.types?.includes(type) ?? true))
        return fault.result;
    }
    return null;
  }

  answerDelayMs(type: RequestType, instanceId: string): number {
    let sumMs = 0;
    for (const fault of this.standing) {
      if (fault.kind === 'delay-answers' && concerns(fault, instanceId) && (fault.types?.includes(type) ?? true))
        sumMs += fault.ms;
    }
    return sumMs;
  }
}

function concerns(fault: { readonly instanceId?: string | undefined }, instanceId: string | null): boolean {
  return fault.instanceId === undefined || fault.instanceId === instanceId;
}
