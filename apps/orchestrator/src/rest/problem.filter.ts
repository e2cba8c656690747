/** The one place where errors become answers: problem documents with a correlation id, never a stack or a statement (S-26). */
import { CONTROL_ROUTE_LIST } from '#contracts/control-api';
import { problemOf, type Refusal } from '#contracts/errors';
import type { Logger } from '#telemetry/logger';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { Request, Response } from 'express';
import { RefusalError } from '../unit-of-work/call.js';
import { LOGGER } from '../unit-of-work/tokens.js';
import { isDatabaseAway } from './database-away.js';
import { correlationIdOf } from './request-state.js';

const PATHS = CONTROL_ROUTE_LIST.map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
}));

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const correlationId = correlationIdOf(request);
    const refusal = refusalOf(error, request);
    if (refusal.code === 'INTERNAL' || refusal.code === 'UNAVAILABLE')
      this.logger.error({ err: error, correlationId, method: request.method, path: request.path }, refusal.code);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const problem = problemOf(refusal, correlationId);
    if (refusal.code === 'UNAUTHENTICATED') response.setHeader('www-authenticate', 'Bearer');
    if (refusal.code === 'METHOD_NOT_ALLOWED') response.setHeader('allow', methodsOf(request.path).join(', '));
    if (refusal.retryAfterMs !== undefined) response.setHeader('retry-after', String(Math.ceil(refusal.retryAfterMs / 1000)));
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(Buffer.from(JSON.stringify(problem)));
  }
}

const methodsOf = (path: string): string[] => PATHS.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);

function refusalOf(error: unknown, request: Request): Refusal {
  if (error instanceof RefusalError) return error.refusal;
  // What express itself cannot read, such as a path with a broken escape.
  if (error instanceof URIError || (error instanceof HttpException && error.getStatus() === 400)) {
    return { code: 'MALFORMED_REQUEST', detail: 'The path could not be read.' };
  }
  if (error instanceof HttpException && error.getStatus() === 404) {
    const methods = methodsOf(request.path);
    if (methods.length > 0) return { code: 'METHOD_NOT_ALLOWED', detail: `Here only ${methods.join(', ')} is allowed.` };
    return { code: 'NOT_FOUND', detail: 'There is nothing at this path.' };
  }
  if (isDatabaseAway(error)) return { code: 'UNAVAILABLE', detail: 'The database cannot be reached.', retryAfterMs: 2000 };
  return { code: 'INTERNAL', detail: 'Something went wrong on our side.' };
}
