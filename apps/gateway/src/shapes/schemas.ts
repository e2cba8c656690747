/** The contract's schemas, all that needs the schema library: loaded the first time something is not settled by a plain check. */
export { APPLICATION_OPERATIONS } from '#contracts/application-api';
export {
  ReceivedAccessDocumentSchema,
  InstanceConfigSchema,
  JournalQuerySchema,
  RestoredJournalSchema,
  SignedDocumentSchema,
} from '#contracts/gateway-admin';
