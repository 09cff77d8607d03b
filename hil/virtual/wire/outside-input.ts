import { z } from 'zod';

const hex = z.string().regex(/^([0-9a-f]{2})*$/, 'must be lower-case hex bytes');
const ns = z.number().nonnegative();
const count = z.number().int().nonnegative();

/**
 * Everything the outside can do to a board, as plain data. The live wires and the replay both go through these records, so that a
 * log of them is the whole truth about a run.
 */
export const outsideInput = z.discriminatedUnion('in', [
  z.strictObject({ in: z.literal('power'), on: z.boolean() }),
  z.strictObject({ in: z.literal('nrst'), by: z.enum(['probe', 'control']), low: z.boolean() }),
  z.strictObject({ in: z.literal('boot0'), level: z.union([z.literal(0), z.literal(1), z.literal('released')]) }),
  z.strictObject({ in: z.literal('button'), pressed: z.boolean() }),
  z.strictObject({ in: z.literal('wire'), uart: z.string(), state: z.enum(['idle', 'low', 'floating', 'noise']) }),
  /** Back-to-back frames from `startNs` on; `format` as `115200 8E1`. */
  z.strictObject({ in: z.literal('bytes'), uart: z.string(), startNs: ns, format: z.string(), hex }),
  /** One ST-LINK command of 16 bytes, its data, or the size of its answer. */
  z.strictObject({ in: z.literal('probe'), command: hex, data: hex.optional(), size: z.number().int().optional() }),
  /** The USB cable of the target. */
  z.strictObject({ in: z.literal('usb-plug'), plugged: z.boolean() }),
  /** A transfer of a USB client; `id` names it for `usb-unlink`. */
  z.strictObject({
    in: z.literal('usb-submit'),
    id: count,
    endpoint: count.max(15),
    direction: z.enum(['in', 'out']),
    setup: hex.optional(),
    data: hex.optional(),
    length: count.optional(),
    interval: count.optional(),
  }),
  z.strictObject({ in: z.literal('usb-unlink'), id: count }),
  /** A USB client had the port reset. */
  z.strictObject({ in: z.literal('usb-reset') }),
  /** No influence: the digest of the state, so that a replay can say where it first differs. */
  z.strictObject({ in: z.literal('check'), hash: z.string() }),
]);
export type OutsideInput = z.infer<typeof outsideInput>;

/** `targetNs` is what the board was last asked to run to, `nowNs` where it stopped (at an instruction's end). */
export interface LoggedInput {
  readonly targetNs: number;
  readonly nowNs: number;
  readonly input: OutsideInput;
}
