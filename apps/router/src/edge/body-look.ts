/**
 * The look at a SOAP body (design.md 8): a bounded hint where to send it. It parses nothing and proves nothing; the gateway's strict
 * parse decides. A wrong hint costs the sender a refusal at an instance of its own tenant, nothing else.
 */

/**
 * How many bytes of a body are looked at, exactly. A session id is found when it stands, with the character that ends it (`<` or the
 * closing quote), within these bytes; one that ends a byte later is not.
 */
export const BODY_LOOK_BYTES = 8192;

const ELEMENT = /<(?:[A-Za-z_][\w.-]*:)?sessionId(?:\s[^<>]*)?>\s*(\d{1,16})\s*</;
const ATTRIBUTE = /\s(?:[A-Za-z_][\w.-]*:)?sessionId\s*=\s*(?:"\s*(\d{1,16})\s*"|'\s*(\d{1,16})\s*')/;
/** A user's token (validateToken) begins with the number of its session. */
const TOKEN = /<(?:[A-Za-z_][\w.-]*:)?token(?:\s[^<>]*)?>\s*(\d{1,16})\./;
/** Of getRestEvent, which names nothing else: a number with the slot of its session. */
const REST_SESSION = /<(?:[A-Za-z_][\w.-]*:)?restSessionId(?:\s[^<>]*)?>\s*(\d{1,16})\s*</;
const LOGIN_ELEMENT = /<(?:[A-Za-z_][\w.-]*:)?(?:login|loginEx|loginApp|loginUser)(?=[\s/>])/;
const LOGIN_ACTION = /^"?(?:[^"]*[:/#])?(?:login|loginEx|loginApp|loginUser)"?$/;

export interface BodyHint {
  /** The first that is found, as attribute or element, with any prefix. */
  readonly sessionId?: number;
  readonly login: boolean;
}

/** @param soapAction the header, with or without quotes */
export function lookAtBody(body: Buffer, soapAction: string | undefined): BodyHint {
  const text = body.toString('latin1', 0, Math.min(body.length, BODY_LOOK_BYTES));
  const [element, attribute] = [ELEMENT.exec(text), ATTRIBUTE.exec(text)];
  const first = element !== null && (attribute === null || element.index < attribute.index) ? element : attribute;
  const digits = first?.[1] ?? first?.[2] ?? TOKEN.exec(text)?.[1] ?? REST_SESSION.exec(text)?.[1];
  const login =
    (soapAction !== undefined && soapAction.length < 300 && LOGIN_ACTION.test(soapAction)) || LOGIN_ELEMENT.test(text);
  return { ...(digits === undefined ? {} : { sessionId: Number(digits) }), login };
}
