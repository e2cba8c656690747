/** `npm run chaos`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readEnvironment } from '#config/environment';
import { freeze, type Part } from './away.js';
import { commands } from './commands.js';
import { finalState, notBack, untilBack } from './convergence.js';
import { everythingRound } from './everything.js';
import { notInjected } from './faults.js';
import { Load } from './load.js';
import { HELP, parseOptions, type ChaosOptions } from './options.js';
import { judge } from './oracle.js';
import { OwnSystem } from './own-system.js';
import { play } from './play.js';
import { Random } from './random.js';
import { isViolated, verdictLines } from './report.js';
import { Site } from './site.js';

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function runningSite(): Promise<Site> {
  const { home } = readEnvironment();
  if (!Site.runs(home)) throw new Error(`nothing seems to run in ${home}: run \`npm start\` in another terminal first`);
  const site = new Site(home);
  const missing = await notBack(site);
  if (missing.length > 0) throw new Error(`the system is not whole, so nothing is played: ${missing.join('; ')}`);
  return site;
}

async function playHere({ minutes, seed }: Extract<ChaosOptions, { mode: 'play' }>): Promise<number> {
  const site = await runningSite();
  try {
    say(`seed ${seed}, ${minutes} min, ${site.run.home}`);
    const verdicts = await play(site, { seed, minutes, say });
    say('\nnot injected here:');
    for (const { fault, why } of notInjected(site)) say(`  ${fault}: ${why}`);
    say('\nverdict:');
    for (const line of verdictLines(verdicts)) say(`  ${line}`);
    if (isViolated(verdicts)) say(`\nagain with the same faults: npm run chaos -- --minutes ${minutes} --seed ${seed}`);
    return isViolated(verdicts) ? 1 : 0;
  } finally {
    await site.close();
  }
}

async function awayHere(parts: readonly Part[], seconds: number): Promise<number> {
  const site = await runningSite();
  const load = await Load.begin(site, { applications: 4, phonesEach: 9, callsPerHour: 9_000 });
  const endCommands = commands(load, new Random(seconds));
  try {
    say(`${new Date().toISOString()}  SIGSTOP ${parts.join(', ')} for ${seconds} s`);
    const goOn = await freeze(site, parts);
    try {
      const end = performance.now() + seconds * 1000;
      do {
        await delay(Math.min(10_000, seconds * 500));
        await load.addApplication(3);
      } while (performance.now() < end);
    } finally {
      goOn();
    }
    const ms = await untilBack(site, 90_000);
    say(`${new Date().toISOString()}  SIGCONT; back after ${ms === undefined ? 'more than 90' : (ms / 1000).toFixed(1)} s`);
    await endCommands();
    await load.calm();
    site.note({ kind: 'final', state: await finalState(load) });
    const verdicts = judge(site.history);
    for (const line of verdictLines(verdicts)) say(`  ${line}`);
    return isViolated(verdicts) ? 1 : 0;
  } finally {
    // may be ended twice
    await endCommands();
    await load.end();
    await site.close();
  }
}

async function everythingElsewhere(rounds: number): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), 'cordboard-chaos-'));
  const system = new OwnSystem(home);
  let code = 0;
  try {
    await system.start();
    for (let number = 1; number <= rounds; number += 1) {
      const { killed, startMs, acknowledged, faults } = await everythingRound(system, number);
      const took = `${killed} processes killed, all back after ${(startMs / 1000).toFixed(1)} s`;
      say(`round ${number}: ${took}, ${acknowledged} acknowledged things, ${faults.length} faults`);
      for (const fault of faults) say(`  ${fault}`);
      if (faults.length > 0) code = 1;
    }
    return code;
  } finally {
    await system.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

async function main(words: readonly string[]): Promise<number> {
  const options = parseOptions(words, Date.now());
  switch (options.mode) {
    case 'help':
      say(HELP);
      return 0;
    case 'play':
      return playHere(options);
    case 'away':
      return awayHere(options.parts, options.seconds);
    case 'everything':
      return everythingElsewhere(options.rounds);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
