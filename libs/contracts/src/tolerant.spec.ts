/** R-ORC-07 documents and reports of a later release: what is known is checked as ever, what is not is left out. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  AccessDocumentSchema,
  InstanceHealthSchema,
  InstanceStatusReportSchema,
  JournalPieceSchema,
  ReceivedAccessDocumentSchema,
  ReceivedHealthSchema,
  ReceivedJournalPieceSchema,
  ReceivedStatusReportSchema,
} from './gateway-admin.js';
import { ReceivedRoutingTableSchema, RoutingTableSchema } from './routing.js';
import { tolerant } from './tolerant.js';

const strict = z.strictObject({
  id: z.uuid(),
  list: z.array(z.strictObject({ n: z.int().min(1) })).max(2),
  pair: z.tuple([z.int(), z.strictObject({ a: z.boolean() })]).readonly(),
  maybe: z
    .strictObject({ b: z.enum(['x', 'y']) })
    .nullable()
    .optional(),
});
const value = {
  id: '00000000-0000-4000-8000-000000000001',
  list: [{ n: 1 }],
  pair: [1, { a: true }] as const,
  maybe: { b: 'x' as const },
};

describe('R-ORC-07 tolerant reading', () => {
  it('leaves out what it does not know, at every depth, and changes nothing else', () => {
    const later = { ...value, more: 1, list: [{ n: 1, more: 1 }], pair: [1, { a: true, more: 1 }], maybe: { b: 'x', more: {} } };
    expect(strict.safeParse(later).success).toBe(false);
    expect(tolerant(strict).parse(later)).toEqual(value);
    expect(strict.safeParse(later).success, 'the schema itself stays strict').toBe(false);
  });

  it.each([
    ['a wrong value', { ...value, list: [{ n: 0 }] }],
    ['a word it does not know', { ...value, maybe: { b: 'z' } }],
    ['a missing member', { ...value, id: undefined }],
    ['a list that is too long', { ...value, list: [{ n: 1 }, { n: 1 }, { n: 1 }] }],
    ['a pair of three', { ...value, pair: [1, { a: true }, 1] }],
  ])('refuses %s as ever', (_what, wrong) => {
    expect(tolerant(strict).safeParse(wrong).success).toBe(false);
  });

  it.each([
    ['access document', AccessDocumentSchema, ReceivedAccessDocumentSchema],
    ['report', InstanceStatusReportSchema, ReceivedStatusReportSchema],
    ['health', InstanceHealthSchema, ReceivedHealthSchema],
    ['piece of a journal', JournalPieceSchema, ReceivedJournalPieceSchema],
    ['routing table', RoutingTableSchema, ReceivedRoutingTableSchema],
  ])('the %s is written strictly and read tolerantly', (_name, written, received) => {
    const unknown = { more: 1 };
    const codes = (schema: z.ZodType) => schema.safeParse(unknown).error?.issues.map(({ code }) => code) ?? [];
    expect(codes(written)).toContain('unrecognized_keys');
    expect(codes(received)).not.toContain('unrecognized_keys');
    expect(codes(received).length).toBe(codes(written).length - 1);
  });

  it('will not pretend to look into what it cannot', () => {
    expect(() => tolerant(z.strictObject({ a: z.union([z.string(), z.int()]) }))).toThrow('union');
  });
});
