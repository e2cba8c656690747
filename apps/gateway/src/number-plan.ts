/** Whether a number exists, by libphonenumber's plans; loaded the first time a tenant has numbering settings, because most of the time nobody asks. */
import type { AccessDocument } from '#contracts/gateway-admin';

export const wantsNumberPlan = ({ numbering, controllers }: AccessDocument): boolean =>
  numbering !== undefined || controllers.some((controller) => controller.numbering !== undefined);

/** True when a plan has numbers like this one; a number with a national prefix behind its country code is not one. */
export async function loadNumberPlan(): Promise<(e164: string) => boolean> {
  const { parsePhoneNumberFromString } = await import('libphonenumber-js/min');
  return (e164) => {
    const parsed = parsePhoneNumberFromString(e164);
    return parsed?.number === e164 && parsed.isValid();
  };
}
