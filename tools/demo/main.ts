/** `npm run demo`: one call against the running system over REST and one over SOAP; exits non-zero when anything is not as told. */
import { restDemo } from './rest.demo.js';
import { sceneFromRunFile, type Scene } from './scene.js';
import { faultsOf, labelOf, type SeenEvent } from './seven-events.js';
import { soapDemo } from './soap.demo.js';
import type { Timing } from './stopwatch.js';

type Demo = (scene: Scene) => Promise<{ readonly events: readonly SeenEvent[]; readonly timings: readonly Timing[] }>;

async function show(name: string, demo: Demo, scene: Scene): Promise<boolean> {
  console.log(`\n${name}: ${scene.caller} calls ${scene.called} at controller ${scene.controller}`);
  const { events, timings } = await demo(scene);
  console.log('  operations');
  for (const { operation, ms } of timings) console.log(`    ${operation.padEnd(34)} ${ms.toFixed(1).padStart(8)} ms`);
  console.log('  events');
  for (const event of events) {
    const phone = event.at === 'caller' ? scene.caller : scene.called;
    console.log(`    ${new Date(event.time).toISOString()}  ${phone}  ${labelOf(event).padEnd(20)} ${event.cause}`);
  }
  const faults = faultsOf(events);
  for (const fault of faults) console.error(`  NOT AS TOLD: ${fault}`);
  if (faults.length === 0) console.log(`  all ${events.length} events, each phone's in order`);
  return faults.length === 0;
}

if (process.argv.includes('--help')) {
  console.log(
    'usage: npm run demo\nOne call between two phones of the running sample tenant, over REST and over SOAP. Needs `npm start` in another terminal.',
  );
  process.exit(0);
}
try {
  const scene = sceneFromRunFile();
  const rest = await show('REST', restDemo, scene);
  const soap = await show('SOAP', soapDemo, scene);
  process.exitCode = rest && soap ? 0 : 1;
} catch (error) {
  console.error(`the demo failed: ${(error as Error).message}`);
  process.exitCode = 1;
}
