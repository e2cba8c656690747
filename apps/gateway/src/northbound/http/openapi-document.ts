/** The OpenAPI document, apart from all else so that it is loaded only when somebody reads it. */
export { applicationOpenApi } from '#contracts/application-openapi';
