/** Which number a monitored line appearance shows is asked once; too many of one number are warned of (R-LIM-12). */
import type { Item } from '#southbound/messages';
import type { Controller } from './controller-table.js';
import type { Core } from './core.js';
import type { Monitor } from './monitor-table.js';
import { Items } from './query-answers.mapper.js';

/** Asks the controller for the number of this line appearance. */
export function askLine(core: Core, controller: Controller, { objectId, handle: target }: Monitor): void {
  const again = (): void => void controller.devicesToAsk.add(objectId);
  const done = (items: readonly Item[]): void => onLine(core, controller, objectId, new Items(items).text('DN'));
  const failed = (isFinal: boolean): void => (isFinal ? undefined : again());
  const pending = { kind: 'query', requestId: 0, target, query: 'DESCRIPTION', items: [], pages: 1, done, failed } as const;
  if (!core.send(controller, pending, { type: 'QUERY', target, kind: 'DESCRIPTION', from: 0 })) again();
}

function onLine(core: Core, controller: Controller, objectId: number, dn: string): void {
  if (dn === '' || core.monitors.get(objectId) === undefined) return;
  const monitored = controller.lines.add(objectId, dn);
  if (monitored === undefined) return;
  const text = 'so many line appearances of one number are monitored that each of its calls is told many times at once';
  core.note('warn', text, { icpId: controller.icpId, dn, monitored });
}
