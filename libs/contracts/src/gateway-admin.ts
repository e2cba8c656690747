/**
 * Between worker, orchestrator and gateway instance: the instance's configuration file, the signed access document,
 * and the admin interface (HTTPS with client certificates, address and port from the configuration).
 */
import { z } from 'zod';
import { JOURNAL_PIECE_BYTES_MAX } from './journal-files.js';
import { tolerant } from './tolerant.js';
import { BrowserOriginsSchema, LOGGED_NUMBERS, NumberingSchema, OutboundSchema, RatesSchema } from './tenant-settings.js';

export const EpochSchema = z.strictObject({ major: z.int().min(1), minor: z.int().min(0) });
/** An incarnation's epoch; compared by major, then minor; only grows (design.md 6). */
export type Epoch = z.infer<typeof EpochSchema>;

const limits = z.strictObject({
  sessions: z.int().min(0).max(1500),
  controllers: z.int().min(0).max(250),
  monitors: z.int().min(0).max(50_000),
  monitorsPerController: z.int().min(0).max(5000),
  /** R-LIM-09; absent: of an older writer, which knows no such limit. */
  hotDeskUsers: z.int().min(0).max(1500).optional(),
});

/**
 * `config.json`, mode 0600, written by the worker before an incarnation starts; the only argument of the program
 * (`gateway --config <path>`). Paths are absolute. Secrets are in files of their own, never here, in argv or in the environment.
 */
export const InstanceConfigSchema = z.strictObject({
  schema: z.literal(1),
  tenant: z.strictObject({ id: z.uuid(), slug: z.string(), companyName: z.string() }),
  instance: z.strictObject({ id: z.uuid(), name: z.string() }),
  /** Granted by the control plane; the minor part is the gateway's own (counter file in `journalDir`). */
  epochMajor: z.int().min(1),
  slots: z.array(z.int().min(0).max(1023)).min(1),
  limits,
  /** Own address: northbound, admin, the call-back listener, and the source of links to controllers. */
  address: z.string(),
  northboundPort: z.int().min(0).max(65535),
  adminPort: z.int().min(0).max(65535),
  /** Within R-CLU-03's range; the first free one is taken. */
  callbackPorts: z.strictObject({ from: z.int().min(49_500), to: z.int().max(49_600) }),
  tls: z.strictObject({
    /** PEM files: own certificate chain and key; the authority of internal peers (router, worker) and of controllers. */
    certFile: z.string(),
    keyFile: z.string(),
    caFile: z.string(),
    controllerCaFile: z.string(),
  }),
  /** Certificate subject names (CN) allowed in. */
  peers: z.strictObject({ router: z.string(), worker: z.string() }),
  /** SPKI PEM (Ed25519) of the authority that signs access documents. */
  documentKeyFile: z.string(),
  /** Last accepted access document; read at start, replaced after a push has been verified. */
  accessDocumentFile: z.string(),
  /** Keys of the tenant, under which secrets are sealed in the journal (`#pki/sealing`). */
  secretsFile: z.string(),
  journalDir: z.string(),
  logDir: z.string(),
  /** Milliseconds, except counts. */
  timing: z.strictObject({
    sessionKeepAliveMs: z.int().min(1000),
    commandTimeoutMs: z.int().min(100),
    longPollMaxMs: z.int().min(0),
    linkHeartbeatMs: z.int().min(100),
    linkSilenceMs: z.int().min(200),
    reconnectMinMs: z.int().min(1),
    reconnectMaxMs: z.int().min(1),
  }),
  eventLog: z.strictObject({ perSessionMax: z.int().min(1), retentionMs: z.int().min(1000) }),
  monitorStartsPerSecond: z.int().min(1).max(20),
});
export type InstanceConfig = z.infer<typeof InstanceConfigSchema>;

/** One counter of R-LIM-07 at one controller. */
const counterRoom = z.strictObject({
  /** This instance's part of `room`. */
  granted: z.int().min(0),
  /** Of all instances together: the controller's limit less what other systems use. */
  room: z.int().min(0),
  /** What other systems use. */
  others: z.int().min(0),
  /** All of `room` is in use, as far as was known at issue. */
  full: z.boolean(),
});
/** `total` counts distinct devices, `shared` sums over applications. */
const kindRoom = z.strictObject({ total: counterRoom, shared: counterRoom });
export type CounterRoom = z.infer<typeof counterRoom>;

/**
 * What an instance needs to serve alone (design.md 3, 5): who may log in, which controllers it serves, how much it may hold.
 * Signed by the orchestrator (`#pki/documents`); an instance accepts a document only when the signature holds, it is for this instance,
 * `serial` is higher than that of the one it has, and it has not expired.
 */
export const AccessDocumentSchema = z.strictObject({
  schema: z.literal(1),
  /** Grows with every document of this instance. */
  serial: z.int().min(1),
  /**
   * Members that may not be left out by a reader that does not know them, as dotted paths without places in lists (`controllers.shared`): it refuses the
   * document and goes on with the one it has (ADR 0098). Named by the writer when passing one over would grant more than was meant.
   */
  mustUnderstand: z.array(z.string().max(200)).max(100).optional(),
  tenantId: z.uuid(),
  instanceId: z.uuid(),
  issuedAt: z.iso.datetime(),
  /** At least 72 h after issue. */
  expiresAt: z.iso.datetime(),
  tenantStatus: z.enum(['active', 'suspended', 'deleting']),
  companyName: z.string(),
  limits,
  /** R-E164-01: for every controller without its own. */
  numbering: NumberingSchema.optional(),
  /** Default `last-four`. */
  loggedNumbers: z.enum(LOGGED_NUMBERS).optional(),
  /** R-LIM-11; default: all `warn`. */
  rates: RatesSchema.optional(),
  /** Where instances may send events for this tenant, beyond https to public addresses; set by the operator alone (design.md 17). */
  outbound: OutboundSchema.optional(),
  /** Pages that may open sockets of events (S-37), for example `https://crm.example`. */
  browserOrigins: BrowserOriginsSchema.optional(),
  /** R-CLU-08: a greater revision than before asks for a whole read of every controller's directory now. */
  directorySync: z.strictObject({ revision: z.int().min(1) }).optional(),
  applications: z.array(
    z.strictObject({
      id: z.uuid(),
      name: z.string(),
      type: z.enum(['generic', 'crm-integration']),
      advanced: z.boolean(),
      allowed: z.boolean(),
      applicationPasswordSha256: z.string().regex(/^[0-9a-f]{64}$/),
      localPasswordSha256: z.string().regex(/^[0-9a-f]{64}$/),
      /** Which integration it is; absent: none (R-SES-04). */
      integration: z.enum(['salesforce', 'google']).optional(),
      /** True: comes by the external listener of the router alone; else never (R-SES-06). */
      remote: z.boolean().optional(),
      /** With what it signs the challenge of an advanced log-in (R-CC-10); `legacy`: MD5-RSA is taken too. */
      signing: z.strictObject({ publicKeyPem: z.string(), legacy: z.boolean() }).optional(),
      /** Users of an integration that may log in; `userId` is the contract's. */
      users: z
        .array(z.strictObject({ userId: z.int().min(1), email: z.string(), passwordSha256: z.string().regex(/^[0-9a-f]{64}$/) }))
        .optional(),
    }),
  ),
  controllers: z
    .array(
      z.strictObject({
        icpId: z.int().min(1),
        name: z.string(),
        address: z.string(),
        port: z.int().min(1).max(65535),
        release: z.string(),
        enabled: z.boolean(),
        /** R-LIM-04 by platform, less what other systems use. */
        monitorsMax: z.int().min(0).max(5000),
        /** R-LIM-07; absent: an older document, which knows no such limits. */
        monitorKinds: z.strictObject({ devices: kindRoom, features: kindRoom }).optional(),
        /** Its release is numbered as those of the multi-instance platform (R-SES-02). */
        multiInstance: z.boolean().optional(),
        /** This instance's part of what several have at this controller; absent: it is alone there and has all. */
        shared: z
          .strictObject({
            /** Of the start-monitor pace (R-LIM-11). */
            startsPerSecond: z.int().min(0).max(20),
            /** Monitors of all instances together; `monitorsMax` is our part of them. */
            monitorsCap: z.int().min(0).max(5000),
            /** Asks up to this number (`askedUpTo` of the report) that find no room are refused: there was none anywhere. */
            refusedUpTo: z.int().min(0),
          })
          .optional(),
        /** Its own; absent: the document's. */
        numbering: NumberingSchema.optional(),
      }),
    )
    .max(250),
  /** R-LIC-01: this instance's grants. A pool that is not named is not limited; without the member nothing is. */
  licences: z
    .strictObject({
      pools: z.array(
        z.strictObject({
          /** `standard`, `advanced`, `salesforce`, `google`, or `application:<id>` (domain/licences). */
          pool: z.string(),
          /** Units: monitors, or logged-in users of an integration. */
          granted: z.int().min(0),
          /** Of the tenant, all instances together. */
          entitled: z.int().min(0),
          /** True: every unit of the tenant is in use, as far as was known at issue. */
          full: z.boolean(),
        }),
      ),
    })
    .optional(),
});
export type AccessDocument = z.infer<typeof AccessDocumentSchema>;
/** As an instance reads it: it may be of a later release. */
export const ReceivedAccessDocumentSchema = tolerant(AccessDocumentSchema);

/** JSON bytes in base64url with an Ed25519 signature over exactly those bytes. */
export const SignedDocumentSchema = z.strictObject({
  payload: z.string(),
  signature: z.string(),
  keyId: z.string(),
});
export type SignedDocument = z.infer<typeof SignedDocumentSchema>;

export const RestoredJournalSchema = z.strictObject({
  /** The copy held everything that was acknowledged until then; what came later may be missing. */
  completeAt: z.iso.datetime(),
});
export type RestoredJournal = z.infer<typeof RestoredJournalSchema>;

/** Names the bytes of a journal: epoch of the incarnation that writes it, and how often it has rewritten it. Only grows, left to right. */
export const JournalGenerationSchema = z.tuple([z.int().min(1), z.int().min(0), z.int().min(0)]).readonly();
export type JournalGeneration = z.infer<typeof JournalGenerationSchema>;

const journalState = z.strictObject({
  /** What an answer waits for: `local`, the disk of this host. Its death may lose what the copy does not hold yet (design.md 7). */
  durability: z.literal('local'),
  generation: JournalGenerationSchema,
  /** Bytes that are kept, and those of them that are known to be copied to the control plane. */
  sizeBytes: z.int().min(0),
  copiedBytes: z.int().min(0),
  /** This incarnation began with the copy, because the journal was gone. */
  restored: RestoredJournalSchema.nullable(),
});
export type JournalState = z.infer<typeof journalState>;

/** Query of {@link ADMIN_ROUTES}.journal, all of it or none: up to where the asker holds a generation. */
export const JournalQuerySchema = z.strictObject({
  generation: z.string().regex(/^\d{1,10}\.\d{1,10}\.\d{1,10}$/),
  from: z.string().regex(/^\d{1,15}$/),
});
export type JournalQuery = z.infer<typeof JournalQuerySchema>;
/** Bytes of the journal as it is now, from there on, or from its first one where the asker holds another generation. */
export const JournalPieceSchema = z.strictObject({
  instanceId: z.uuid(),
  generation: JournalGenerationSchema,
  fromByte: z.int().min(0),
  /** Of the whole journal; kept, so that none of it can be taken back. */
  sizeBytes: z.int().min(0),
  base64: z.base64().max((JOURNAL_PIECE_BYTES_MAX / 3) * 4 + 4),
});
export type JournalPiece = z.infer<typeof JournalPieceSchema>;
export const ReceivedJournalPieceSchema = tolerant(JournalPieceSchema);

export { ADMIN_ROUTES } from './admin-routes.js';

export const InstanceHealthSchema = z.strictObject({
  instanceId: z.uuid(),
  epoch: EpochSchema,
  state: z.enum(['starting', 'serving', 'draining', 'stopping']),
  journal: journalState,
  /** Present while it lacks something that others may have to spare, or has news of a directory sync: its report is worth a look before the next sweep. */
  wants: z.literal(true).optional(),
});
export type InstanceHealth = z.infer<typeof InstanceHealthSchema>;
export const ReceivedHealthSchema = tolerant(InstanceHealthSchema);

const use = z.strictObject({ used: z.int().min(0), cap: z.int().min(0) });
const counterUse = use.extend({ others: z.int().min(0), wanted: z.boolean() });
const kindUse = z.strictObject({ total: counterUse, shared: counterUse });
export const CONNECTION_STATES = [
  'NOT_CONNECTED',
  'CONNECTED',
  'CONNECTION_FAILURE',
  'CONNECTION_ATTEMPT',
  'CONNECTION_INITIALIZING',
] as const;
export type ConnectionState = (typeof CONNECTION_STATES)[number];
export const InstanceStatusReportSchema = z.strictObject({
  instanceId: z.uuid(),
  epoch: EpochSchema,
  state: z.enum(['starting', 'serving', 'draining', 'stopping']),
  journal: journalState,
  version: z.string(),
  pid: z.int(),
  startedAt: z.iso.datetime(),
  accessDocument: z.strictObject({ serial: z.int().min(0), digest: z.string(), expiresAt: z.iso.datetime() }).nullable(),
  sessions: use,
  monitors: use,
  /** R-LIC-02: how old what it was granted is, and how much of it is in use. */
  licences: z
    .strictObject({
      /** `grace`: a sync was missed, and what was granted last goes on until `graceUntil`; `expired`: it has ended; `none`: no document yet. */
      state: z.enum(['none', 'current', 'grace', 'expired']),
      syncedAt: z.iso.datetime().nullable(),
      graceUntil: z.iso.datetime().nullable(),
      pools: z.array(
        z.strictObject({
          pool: z.string(),
          granted: z.int().min(0),
          used: z.int().min(0),
          /** An application was refused for want of a grant within the last half minute. */
          short: z.boolean(),
        }),
      ),
    })
    .optional(),
  /** R-LIM-08: calls seen in the last hour; may be above its cap, which is reported and refuses nothing. */
  callsPerHour: use.optional(),
  /** R-LIM-09: hot desk users and agents that are monitored. */
  hotDeskUsers: use.optional(),
  /** Monitors as controllers count them: devices that some session wants monitored, and those of them that stand at their controller. */
  devices: z.strictObject({ wanted: z.int().min(0), standing: z.int().min(0) }),
  /** What this incarnation took over from its predecessor; null when there was nothing. */
  recovery: z
    .strictObject({
      sessions: z.int().min(0),
      /** Devices whose monitors are to be set again, and those of them that neither stand nor have been told to have failed. */
      monitors: z.int().min(0),
      waiting: z.int().min(0),
      /** The gap as named to the sessions: events may be missing since then; and when it was named. */
      gapSince: z.iso.datetime(),
      gapNamedAt: z.iso.datetime(),
      /** null while something waits */
      restoredAt: z.iso.datetime().nullable(),
    })
    .nullable(),
  controllers: z.array(
    z.strictObject({
      icpId: z.int(),
      address: z.string(),
      state: z.enum(CONNECTION_STATES),
      monitors: use,
      callsPerHour: use.optional(),
      /** R-LIM-07: what this instance uses of its part, what other systems use, and whether it was refused more just now. */
      monitorKinds: z.strictObject({ devices: kindUse, features: kindUse }).optional(),
      /** R-LIM-12: numbers of which more than ten line appearances are monitored. */
      crowdedNumbers: z.int().min(0).optional(),
      /** Last measured round trip, milliseconds; null before the first (R-CLU-09). */
      roundTripMs: z.number().nullable(),
      /** Back connections refused (R-CLU-04). */
      refusedBackConnections: z.int().min(0),
      /** R-CLU-08: how the copy of its directory stands. */
      directory: z
        .strictObject({
          /** Of the newest sync that was asked for and has been carried out here; 0 before the first. */
          revision: z.int().min(0),
          /** `away`: no link, it is read when there is one. */
          state: z.enum(['away', 'reading', 'idle']),
          /** When all of it was read last; null before the first time. */
          syncedAt: z.iso.datetime().nullable(),
          /** As of then. */
          entries: z.int().min(0),
          /** Why it could not be read the last time, and will be tried again; null: it could. */
          failure: z.string().nullable(),
        })
        .optional(),
      /** Where the document says `shared`. */
      shared: z
        .strictObject({
          /** Monitor starts that the controller may see from us within a second: our part, or what an earlier, greater one has left. */
          startsPerSecond: z.int().min(0).max(40),
          /** More starts wait than our part lets go in two seconds. */
          startsWanted: z.boolean(),
          /** Monitors asked for that wait for room. */
          monitorsWanted: z.int().min(0),
          /** Number of the newest such ask; grows over incarnations. */
          askedUpTo: z.int().min(0),
        })
        .optional(),
    }),
  ),
});
export type InstanceStatusReport = z.infer<typeof InstanceStatusReportSchema>;
/** As worker and orchestrator read it: the instance may be of a later release. */
export const ReceivedStatusReportSchema = tolerant(InstanceStatusReportSchema);
