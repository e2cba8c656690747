/** `run.json` (mode 0600) in CORDBOARD_HOME: what `npm start` prints, for the CLI, the tests and anybody's scripts. */
import { z } from 'zod';

export const RunFileSchema = z.strictObject({
  schema: z.literal(1),
  startedAt: z.iso.datetime(),
  /** pid of the launcher. */
  pid: z.int(),
  home: z.string(),
  control: z.strictObject({ base: z.url(), adminKey: z.string() }),
  /** Figures of the control plane; the admin key opens them. */
  metrics: z.strictObject({ orchestrator: z.url(), worker: z.url() }).optional(),
  edge: z.strictObject({
    http: z.url(),
    https: z.url(),
    /** For remote applications (R-SES-06). */
    external: z.url().optional(),
    caFile: z.string(),
  }),
  tenant: z.strictObject({
    id: z.uuid(),
    slug: z.string(),
    companyName: z.string(),
    key: z.string(),
    application: z.strictObject({ name: z.string(), applicationPassword: z.string(), localPassword: z.string() }),
    controllers: z.array(z.strictObject({ name: z.string(), address: z.string(), extensions: z.array(z.string()) })),
    instances: z.array(
      z.strictObject({ id: z.uuid(), name: z.string(), pid: z.int().nullable(), address: z.string().nullable() }),
    ),
  }),
  simulator: z.strictObject({ base: z.url(), key: z.string() }),
  /** pid of each program by name. */
  pids: z.record(z.string(), z.int()),
  /** The commands to try, as printed. */
  commands: z.array(z.strictObject({ title: z.string(), command: z.string() })),
});
export type RunFile = z.infer<typeof RunFileSchema>;
