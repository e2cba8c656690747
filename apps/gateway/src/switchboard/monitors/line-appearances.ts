/** Which number a monitored line appearance shows is asked once; too many of one number are warned of (R-LIM-12). */
import type { Controller } from '../controllers/controller-table.js';
import type { Core } from '../core.js';
import type { Monitor } from './monitor-table.js';
import type { Items } from '../calls/query-answers.mapper.js';
import { sendQuery } from '../calls/query-request.js';

/** Asks the controller for the number of this line appearance. */
export function askLine(core: Core, controller: Controller, { objectId, handle: target }: Monitor): void {
  const again = (): void => void controller.devicesToAsk.add(objectId);
  const done = (items: Items): void => onLine(core, controller, objectId, items.text('DN'));
  const failed = (isFinal: boolean): void => (isFinal ? undefined : again());
  if (!sendQuery(core, controller, { requestId: 0, target, kind: 'DESCRIPTION', done, failed })) again();
}

function onLine(core: Core, controller: Controller, objectId: number, dn: string): void {
  if (dn === '' || core.monitors.get(objectId) === undefined) return;
  const monitored = controller.lines.add(objectId, dn);
  if (monitored === undefined) return;
  const text = 'so many line appearances of one number are monitored that each of its calls is told many times at once';
  core.note('warn', text, { icpId: controller.icpId, dn, monitored });
}
