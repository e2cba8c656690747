/**
 * Which monitored devices are hot desk users or ACD hot desk users (R-LIM-09). The traits of a device say whether it may be one, which the snapshot after
 * each start brings; a set where users log in has the same trait, so of those the controller is asked once.
 */
import { TRAITS } from '#southbound/messages';
import type { Controller } from '../controllers/controller-table.js';
import type { Core } from '../core.js';
import type { Monitor } from './monitor-table.js';
import type { Items } from '../calls/query-answers.mapper.js';
import { sendQuery } from '../calls/query-request.js';

const USER_TYPES: ReadonlySet<string> = new Set(['HOT_DESK_USER', 'ACD2_AGENT', 'ACDX_AGENT']);
const isUser = (items: Items): boolean => USER_TYPES.has(items.text('DEVICE_TYPE'));

/** Takes in what the traits say of the device; where they do not say enough, it is asked with the tick. */
export function learnUser(core: Core, controller: Controller, { device, objectId, traits }: Monitor): void {
  if (device.isUser !== undefined) return;
  if ((traits & TRAITS.EXTERNAL_HOT_DESK) !== 0) core.monitors.setUser(device, true);
  else if ((traits & TRAITS.HOT_DESK) === 0) core.monitors.setUser(device, false);
  else controller.devicesToAsk.add(objectId);
}

/** Whether that is still to be asked. */
export const mayBeUser = ({ device, traits }: Monitor): boolean =>
  device.isUser === undefined && (traits & TRAITS.HOT_DESK) !== 0;

/** Of a monitor that stands. */
export function askWhetherUser(core: Core, controller: Controller, { objectId, handle: target }: Monitor): void {
  const again = (): void => void controller.devicesToAsk.add(objectId);
  const done = (items: Items): void => {
    const device = core.monitors.get(objectId)?.device;
    if (device !== undefined) core.monitors.setUser(device, isUser(items));
  };
  const failed = (isFinal: boolean): void => (isFinal ? undefined : again());
  if (!sendQuery(core, controller, { requestId: 0, target, kind: 'DESCRIPTION', done, failed })) again();
}

/**
 * Of a device that an application asks to monitor; `told` is called with the answer, a refusal goes to the application.
 * @returns false: nothing was sent
 */
export function askUser(
  core: Core,
  controller: Controller,
  { requestId, target, told }: { readonly requestId: number; readonly target: number; readonly told: (isUser: boolean) => void },
): boolean {
  const done = (items: Items): void => told(isUser(items));
  return sendQuery(core, controller, { requestId, target, kind: 'DESCRIPTION', done });
}
