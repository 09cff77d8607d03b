import * as z from 'zod';

/** A serial number that is all digits would be read as a number and lose its zeros: only quoted text will do. */
const serial = z.string({ error: 'an ST-Link serial must be in quotes' }).regex(/^[0-9A-Za-z]{12,24}$/, {
  error: 'an ST-Link serial has 24 characters (12 on old probes), letters and digits',
});

const port = z.string().regex(/^\//, { error: 'a port is an absolute path, best one under /dev/serial/by-id/' });

const permissions = z.strictObject({
  erase: z.enum(['none', 'pages', 'mass']).default('none'),
  write_protection: z.boolean().default(false),
  option_bytes: z.boolean().default(false),
  rdp1: z.boolean().default(false),
});

const NO_PERMISSIONS = { erase: 'none', write_protection: false, option_bytes: false, rdp1: false } as const;

const board = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, {
    error: 'a board name has letters, digits, dot, dash and underscore only',
  }),
  chip: z.string(),
  permissions: permissions.default(NO_PERMISSIONS),
  virtual: z
    .strictObject({
      rom: z.int().min(0).max(255),
      blank: z.boolean().default(false),
      seed: z.int().min(0).default(1),
      rom_port: z.string().min(1).optional(),
    })
    .optional(),
  probe: z.strictObject({ serial }).optional(),
  ports: z
    .strictObject({
      usart: port,
      rom: port.optional(),
      usb: z
        .string()
        .regex(/^(auto|[0-9]+-[0-9]+(\.[0-9]+)*)$/, {
          error:
            '`usb` is `auto` (found by the serial number that the ROM makes of the unique ID) or the path of a socket, such as 1-1.4',
        })
        .optional(),
    })
    .optional(),
  controls: z.strictObject({ power: z.enum(['none', 'usb-port', 'target']).default('none') }).optional(),
  first_contact: z.strictObject({ by: z.string().min(1), date: z.string().min(1) }).optional(),
});

const allowedSkip = z.strictObject({
  board: z.string().optional(),
  suite: z.string().optional(),
  test: z.string().optional(),
  reason: z.string().min(3),
});

/** What a rig file may say. Strict everywhere: a word that is not known is a mistake, not a comment. */
export const rigSchema = z
  .strictObject({
    boards: z.array(board).min(1, { error: 'a rig has at least one board' }),
    allow_skips: z.array(allowedSkip).default([]),
  })
  .superRefine((rig, context) => {
    const firstUse = new Map<string, number>();
    for (const [i, entry] of rig.boards.entries()) {
      const earlier = firstUse.get(entry.name);
      if (earlier !== undefined)
        context.addIssue({
          code: 'custom',
          path: ['boards', i, 'name'],
          message: `board name "${entry.name}" is already used by boards[${earlier}]`,
        });
      else firstUse.set(entry.name, i);
      if (entry.virtual !== undefined && entry.probe !== undefined)
        context.addIssue({
          code: 'custom',
          path: ['boards', i, 'probe'],
          message: 'a board is either virtual or reached by a probe, not both',
        });
      if (entry.virtual === undefined && (entry.probe === undefined || entry.ports === undefined))
        context.addIssue({
          code: 'custom',
          path: ['boards', i, 'name'],
          message: 'a board needs either `virtual`, or `probe` and `ports`',
        });
    }
    const serials = new Map<string, number>();
    for (const [i, entry] of rig.boards.entries()) {
      if (entry.probe === undefined) continue;
      const earlier = serials.get(entry.probe.serial);
      if (earlier !== undefined)
        context.addIssue({
          code: 'custom',
          path: ['boards', i, 'probe', 'serial'],
          message: `probe "${entry.probe.serial}" is already used by boards[${earlier}]`,
        });
      serials.set(entry.probe.serial, i);
    }
    for (const [i, skip] of rig.allow_skips.entries()) {
      if (skip.board !== undefined && !firstUse.has(skip.board))
        context.addIssue({
          code: 'custom',
          path: ['allow_skips', i, 'board'],
          message: `no board is named "${skip.board}"; there are ${[...firstUse.keys()].join(', ')}`,
        });
    }
  });

export type RigFileContent = z.infer<typeof rigSchema>;

/** Words a rig file knows, for the did-you-mean of an unknown key. */
export const rigWords: readonly string[] = [
  'boards',
  'allow_skips',
  ...Object.keys(board.shape),
  ...Object.keys(permissions.shape),
  'rom',
  'blank',
  'seed',
  'rom_port',
  'serial',
  'usart',
  'usb',
  'power',
  'by',
  'date',
  'suite',
  'test',
  'reason',
  'board',
];
