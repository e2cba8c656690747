/** Who calls whom in the demo, and where: from `run.json`. */
import { readFileSync } from 'node:fs';
import { readEnvironment } from '#config/environment';
import { homeLayout } from '#config/home';
import { RunFileSchema } from '#contracts/run-file';

export interface Scene {
  /** HTTPS base of the edge, without a trailing slash. */
  readonly edge: string;
  readonly ca: string;
  readonly slug: string;
  readonly credentials: {
    readonly companyName: string;
    readonly applicationName: string;
    readonly applicationPassword: string;
    readonly localPassword: string;
  };
  /** Address of the controller. */
  readonly controller: string;
  /** Directory numbers of two phones of it. */
  readonly caller: string;
  readonly called: string;
}

/** Takes a pair of phones at random, so that two demos at once seldom meet. Throws a sentence for people when nothing runs. */
export function sceneFromRunFile(): Scene {
  const file = homeLayout(readEnvironment().home).runFile;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Error(`nothing seems to run here (no ${file}): run \`npm start\` in another terminal first`);
  }
  const run = RunFileSchema.parse(JSON.parse(text));
  const controller = run.tenant.controllers[0]!;
  const pair = Math.floor((Math.random() * controller.extensions.length) / 2) * 2;
  return {
    edge: run.edge.https.replace(/\/$/, ''),
    ca: readFileSync(run.edge.caFile, 'utf8'),
    slug: run.tenant.slug,
    credentials: {
      companyName: run.tenant.companyName,
      applicationName: run.tenant.application.name,
      applicationPassword: run.tenant.application.applicationPassword,
      localPassword: run.tenant.application.localPassword,
    },
    controller: controller.address,
    caller: controller.extensions[pair]!,
    called: controller.extensions[pair + 1]!,
  };
}
