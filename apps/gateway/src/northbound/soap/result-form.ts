/** Responses of the application API in the form of the contract, where that is more than other names for the same members. */
import type { CallViewEvent, DeiDescriptor, OperationName, OperationResponse, Tuple } from '#contracts/application-api';
import type { SoapRecord } from './encode.js';
import { callEventForm, type EventFamily } from './event-form.js';

type Form = (response: never) => SoapRecord;

const tupleForm = ({ fields, isShared = false, viewId = 0 }: Tuple): SoapRecord => ({
  fields,
  numberOfFields: fields.length,
  viewId,
  isShared,
});
const optional = (tuple: Tuple | undefined): SoapRecord | undefined => (tuple === undefined ? undefined : tupleForm(tuple));
const found = ({ tuples }: { readonly tuples: readonly Tuple[] }): SoapRecord => ({
  tuples: { tuples: tuples.map(tupleForm), numberOfTuples: tuples.length },
});
const written = ({ retTuple }: { readonly retTuple: Tuple }): SoapRecord => ({ retTuple: tupleForm(retTuple) });
const status =
  (family: EventFamily) =>
  ({ callEvent }: { readonly callEvent?: CallViewEvent | undefined }): SoapRecord =>
    callEvent === undefined ? {} : { callEvent: callEventForm(callEvent, family) };

const FORMS: Partial<Record<OperationName, Form>> = {
  getCallStatus: status('standard'),
  advGetCallStatus: status('advanced'),
  getDeiMetaData: ({ deiDescriptors }: { readonly deiDescriptors: readonly DeiDescriptor[] }) => ({
    deiMetadata: { deiDescriptors: deiDescriptors as unknown as readonly SoapRecord[] },
  }),
  getAllTuples: found,
  getFirstTuple: found,
  getNextTuple: found,
  searchFirstNTuples: found,
  searchNextNTuples: found,
  insertTuple: written,
  updateTuple: written,
  getNotification: ({ originalTuple, updatedTuple, ...rest }: OperationResponse<'getNotification'>) => ({
    ...(rest as SoapRecord),
    originalTuple: optional(originalTuple),
    updatedTuple: optional(updatedTuple),
  }),
};

export function resultForm(name: OperationName, response: unknown): SoapRecord {
  const form = FORMS[name] as ((response: unknown) => SoapRecord) | undefined;
  return form === undefined ? (response as SoapRecord) : form(response);
}
