/**
 * The resources of the control plane as domain values: what stores return and use-cases, plans and loops work with.
 * Ids are UUID strings; times are `Date`; `version` grows by one with every write of the spec and is the ETag.
 */
import type { Integration } from './licences.js';
import type { DeviceLicence, InstanceLimits, MonitorCounts } from './limits.js';
import type { NumberingSettings } from './numbering.js';

export type TenantStatus = 'active' | 'suspended' | 'deleting';
export interface Tenant {
  readonly id: string;
  /** DNS label, 1 to 40 of [a-z0-9-]; never changes. */
  readonly slug: string;
  /** The name applications send as `companyName`. */
  readonly companyName: string;
  readonly status: TenantStatus;
  readonly settings: TenantSettings;
  readonly version: number;
  readonly createdAt: Date;
}

export type RatePolicy = 'warn' | 'enforce';
/** What a tenant has set; a member that is absent is not set, so its default holds. */
export interface TenantSettings {
  /** R-E164-01 */
  readonly numbering?: NumberingSettings;
  readonly loggedNumbers?: 'full' | 'last-four' | 'none';
  /** R-LIM-11 */
  readonly rates?: {
    readonly applicationOperations: RatePolicy;
    readonly controllerOperations: RatePolicy;
    readonly instanceOperations: RatePolicy;
  };
  /** Pages that may open sockets of events (S-37). */
  readonly browserOrigins?: readonly string[];
  /** Set by the operator alone (S-41); see {@link Outbound}. */
  readonly outbound?: Outbound;
}

/** Where instances may send events, beyond https to public addresses. */
export interface Outbound {
  readonly http: boolean;
  /** `address/bits` */
  readonly ranges: readonly string[];
}

/** One system of call managers (R-CLU-01). */
export interface Cluster {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  /** R-CLU-08: how often a sync of the directories was asked for, and when last; null: never. Not part of `version`. */
  readonly directorySync: { readonly revision: number; readonly askedAt: Date | null };
  readonly version: number;
  readonly createdAt: Date;
}

/** R-CLU-02: what a controller runs on decides its architecture and so its limits. */
export const CONTROLLER_PLATFORMS = {
  'mxe-ii': 'powerpc',
  'mxe-iii': 'powerpc',
  cx: 'powerpc',
  'cx-ii': 'powerpc',
  cxi: 'powerpc',
  'cxi-ii': 'powerpc',
  'industry-standard-server': 'x86',
  virtual: 'x86',
  'multi-instance': 'x86',
} as const;
export type ControllerPlatform = keyof typeof CONTROLLER_PLATFORMS;

export interface Controller {
  readonly id: string;
  readonly tenantId: string;
  readonly clusterId: string;
  readonly name: string;
  /** Textual IPv4 or IPv6 address; unique within the tenant. */
  readonly address: string;
  /** TLS port of the controller, 5320 unless configured otherwise. */
  readonly port: number;
  readonly platform: ControllerPlatform;
  readonly release: string;
  /** R-CLU-07 */
  readonly enabled: boolean;
  /** The contract's icpId: positive, unique in the tenant, the same on every instance, never reused. */
  readonly icpId: number;
  /** Its own numbering settings (R-E164-01); null: the tenant's. */
  readonly numbering: NumberingSettings | null;
  /** IP users it is licensed for, and what other systems monitor there (R-LIM-07). */
  readonly deviceLicence: DeviceLicence;
  readonly otherMonitors: MonitorCounts;
  readonly version: number;
  readonly createdAt: Date;
}

export type DesiredState = 'running' | 'stopped' | 'deleted';
/** What the API writes about an instance. */
export interface InstanceSpec {
  readonly id: string;
  readonly tenantId: string;
  readonly clusterId: string;
  readonly name: string;
  readonly desiredState: DesiredState;
  /** Grows by one with every asked-for restart; a running incarnation older than this is replaced. */
  readonly restartRevision: number;
  readonly limits: InstanceLimits;
  /** Session slots of this instance within its tenant (session-id.ts). */
  readonly slots: readonly number[];
  readonly version: number;
  readonly createdAt: Date;
}

/**
 * `pending` and `starting`, `stopping`, `deleting` and `backing-off` are transitional and carry a deadline (design.md 1);
 * `running`, `stopped`, `failed` and `deleted` stay until somebody asks for something.
 */
export type InstanceState =
  'pending' | 'starting' | 'running' | 'backing-off' | 'stopping' | 'stopped' | 'failed' | 'deleting' | 'deleted';

/** What the worker writes about an instance. */
export interface InstanceStatus {
  readonly instanceId: string;
  readonly tenantId: string;
  readonly state: InstanceState;
  /** The version of the spec this status answers to. */
  readonly observedVersion: number;
  /** The restartRevision the running incarnation was started for. */
  readonly incarnationRevision: number;
  /** Highest epoch major ever granted to an incarnation of this instance; 0 before the first. */
  readonly epochMajor: number;
  /** Digest of the access document the incarnation has confirmed. */
  readonly accessDigest: string | null;
  /** Where routers reach the incarnation; null unless running. */
  readonly endpoint: {
    readonly address: string;
    readonly port: number;
    readonly adminPort: number;
    readonly serverName: string;
  } | null;
  /** Address the runtime gave to this instance; kept until it is deleted. */
  readonly address: string | null;
  /** Opaque to everyone but the runtime driver: what it needs to find the incarnation again. */
  readonly handle: Readonly<Record<string, unknown>> | null;
  readonly consecutiveFailures: number;
  readonly restarts: number;
  readonly nextAttemptAt: Date | null;
  readonly deadlineAt: Date | null;
  /** A sentence for a person: what is going on or why it failed. */
  readonly message: string;
  /** What the incarnation last reported (use and caps, links); null when unknown. */
  readonly observed: Readonly<Record<string, unknown>> | null;
  readonly updatedAt: Date;
}

export interface Application {
  readonly id: string;
  readonly tenantId: string;
  /** What the application sends as `applicationName`; unique in the tenant. */
  readonly name: string;
  readonly type: 'generic' | 'crm-integration';
  /** On the access-control list (R-ACL-01). */
  readonly allowed: boolean;
  /** May use advanced call control (R-CC-10). */
  readonly advanced: boolean;
  /** Lower-case hex SHA-256 of the issued secrets; the secrets themselves are shown once and kept nowhere. */
  readonly applicationPasswordSha256: string;
  readonly localPasswordSha256: string;
  /** Which integration a crm-integration is; null for all others (R-SES-04). */
  readonly integration: Integration | null;
  /** Comes by the external listener alone; others never do (R-SES-06). */
  readonly remote: boolean;
  /** May sign its challenge with MD5-RSA. */
  readonly legacySignature: boolean;
  /** Public key (SPKI, PEM) it signs its challenge with; null: it cannot become advanced. */
  readonly signingKeyPem: string | null;
  readonly version: number;
  readonly createdAt: Date;
}

/** A user of an integration, who logs in with an e-mail address and a password we issued (R-SES-04). */
export interface ApplicationUser {
  readonly id: string;
  readonly tenantId: string;
  readonly applicationId: string;
  /** The contract's userId: positive, unique in the application, never reused. */
  readonly userNumber: number;
  /** Lower case. */
  readonly email: string;
  readonly passwordSha256: string;
  readonly version: number;
  readonly createdAt: Date;
}

export type KeyRole = 'admin' | 'tenant';
export interface ApiKey {
  readonly id: string;
  /** null for admin keys. */
  readonly tenantId: string | null;
  readonly role: KeyRole;
  readonly name: string;
  /** First characters of the key, enough to recognise it. */
  readonly prefix: string;
  readonly sha256: string;
  readonly revokedAt: Date | null;
  readonly version: number;
  readonly createdAt: Date;
}

export const OPERATION_KINDS = [
  'instance.create',
  'instance.start',
  'instance.stop',
  'instance.restart',
  'instance.delete',
  'tenant.delete',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];
export type OperationState = 'pending' | 'running' | 'succeeded' | 'failed';
export interface OperationStep {
  readonly name: string;
  readonly state: 'pending' | 'running' | 'done' | 'failed';
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly detail: string;
}

/** One asked-for change: the ledger row (design.md 1). */
export interface Operation {
  readonly id: string;
  /** null only for operations on no tenant's resource. */
  readonly tenantId: string | null;
  readonly kind: OperationKind;
  readonly targetType: 'instance' | 'tenant';
  readonly targetId: string;
  /** The spec version that must be reached for this operation to have succeeded. */
  readonly targetVersion: number;
  readonly state: OperationState;
  readonly steps: readonly OperationStep[];
  /** 0 to 100 */
  readonly progress: number;
  readonly attempts: number;
  readonly deadlineAt: Date;
  /** Who asked: key id. */
  readonly actor: string;
  /** Why: the request, for example `POST /v1/...`. */
  readonly cause: string;
  readonly error: { readonly code: string; readonly detail: string } | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export const FAILOVER_CAUSES = ['exited', 'silent'] as const;
/** The receipt of one failover: an incarnation that served died unasked, or was ended because it was silent, and the next took over (R-RES-05). */
export interface Failover {
  readonly id: string;
  readonly tenantId: string;
  readonly instanceId: string;
  readonly instanceName: string;
  readonly cause: (typeof FAILOVER_CAUSES)[number];
  /** Epoch major of the incarnation that was lost. */
  readonly fromEpoch: number;
  /** Of its successor; null before one was granted. */
  readonly toEpoch: number | null;
  /** When the lost one last answered; null when it never did since the worker began. */
  readonly lastHeardAt: Date | null;
  readonly detectedAt: Date;
  /** When its end was confirmed: nothing of it can be sent any more. */
  readonly fencedAt: Date | null;
  readonly servingAt: Date | null;
  /** When every monitor of its journal stood again, or had been told to have failed. */
  readonly restoredAt: Date | null;
  /** When it was overtaken: another failover, a stop, a deletion. */
  readonly abandonedAt: Date | null;
  /** The gap as it was named to applications: events may be missing since then. */
  readonly gapSince: Date | null;
  readonly gapNamedAt: Date | null;
  /** Sessions taken over, each told of the gap; null before the successor has reported. */
  readonly sessions: number | null;
  /** Devices whose monitors were taken over, and how many of them stand again or were told to have failed. */
  readonly monitors: number | null;
  readonly restored: number | null;
  /** Its journal was gone and the copy took its place: what the copy held was whole as of then. Null: the journal itself. */
  readonly journalCopyAt: Date | null;
}
