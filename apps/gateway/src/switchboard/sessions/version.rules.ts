/** R-SES-02 at log-in: the application's version and the releases of the controllers, by the compatibility table. */
import type { Refusal } from '#contracts/errors';
import type { AccessDocument } from '#contracts/gateway-admin';
import { applicationRefusal, compatibilityOf, type Restriction } from '#domain/compatibility';

export { compareVersions } from '#domain/compatibility';

/** The newest contract version this gateway serves; its own version in the table. */
export const CONTRACT_VERSION = '4.1 SP5';
/** What an application that names no version is taken for. */
export const CONTRACT_VERSION_DEFAULT = '4.0';

/**
 * Why an application of this version cannot be served here, or what is restricted for it. A cluster is refused when none of its enabled
 * controllers fits: one that is being upgraded does not lock everybody out.
 */
export function versionCheck(
  version: string | undefined,
  controllers: AccessDocument['controllers'],
): { readonly refusal: Refusal } | { readonly restrictions: readonly Restriction[] } {
  const application = version ?? CONTRACT_VERSION_DEFAULT;
  const tooNew = applicationRefusal(CONTRACT_VERSION, application);
  if (tooNew !== undefined) return { refusal: { code: 'VERSION_NOT_SUPPORTED', detail: tooNew } };
  const enabled = controllers.filter((controller) => controller.enabled);
  const answers = enabled.map(({ release, multiInstance = false }) =>
    compatibilityOf({ gateway: CONTRACT_VERSION, application, controller: { release, multiInstance } }),
  );
  const fitting = answers.flatMap((answer) => (answer.ok ? [answer.restrictions] : []));
  const unfit = answers.find((answer) => !answer.ok);
  if (fitting.length === 0 && unfit !== undefined)
    return { refusal: { code: 'VERSION_NOT_SUPPORTED', detail: `application ${application}: ${unfit.reason}` } };
  // What one controller restricts is restricted: a session is not of one controller.
  return { restrictions: [...new Set(fitting.flat())] };
}
