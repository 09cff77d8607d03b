/** What stm32flash printed, of versions 0.5 to 0.7 (published runs; the labels of the two last memories differ between builds). */
export interface Stm32FlashReport {
  readonly port?: { readonly baudRate: number; readonly format: string };
  /** 0x31 */
  readonly bootloaderVersion?: number;
  readonly optionBytes?: readonly [number, number];
  readonly deviceId?: number;
  /** stm32flash's name of the device id. */
  readonly deviceName?: string;
  readonly ramKiB?: number;
  readonly ramReservedBytes?: number;
  readonly flashKiB?: number;
  /** `1x2048`: how many pages stm32flash counts to a sector, and their size. */
  readonly sector?: { readonly pages: number; readonly bytes: number };
  readonly optionBytesLength?: number;
  readonly systemMemoryKiB?: number;
  /** The last address of `Wrote` or `Read` and whether it said Done. */
  readonly transfer?: {
    readonly verb: 'Wrote' | 'Wrote and verified' | 'Read';
    readonly lastAddress: number;
    readonly percent: number;
    readonly done: boolean;
  };
  readonly startedAt?: number;
  readonly resetDone: boolean;
  /** The line that says why it stopped. */
  readonly failure?: string;
}

const failures = [
  /^Failed to .*$/m,
  /^Cannot handle device .*$/m,
  /^Character '.*' is not a valid signal or separator.*$/m,
  /^Got NACK from device on command .*$/m,
  /^Error: .*$/m,
];

/** Reads stdout and stderr of one run, joined. */
export function parseStm32Flash(output: string): Stm32FlashReport {
  const text = output.replaceAll('\r', '\n');
  const find = (pattern: RegExp): RegExpExecArray | undefined => pattern.exec(text) ?? undefined;
  const port = find(/^Interface serial_posix: (\d+) (\S+)/m);
  const version = find(/^Version\s*: (0x[0-9a-f]+)/m);
  const option1 = find(/^Option 1\s*: (0x[0-9a-f]+)/m);
  const option2 = find(/^Option 2\s*: (0x[0-9a-f]+)/m);
  const device = find(/^Device ID\s*: (0x[0-9a-f]+) \((.*)\)$/m);
  const ram = find(/^- RAM\s*: (?:Up to )?(\d+)KiB\s+\((\d+)b reserved by bootloader\)/m);
  const flash = find(/^- Flash\s*: (?:Up to )?(\d+)KiB \(size first sector: (\d+)x(\d+)\)/m);
  const option = find(/^- Option (?:RAM|bytes)\s*: (\d+)b/m);
  const system = find(/^- System (?:RAM|memory)\s*: (\d+)KiB/m);
  const transfers = [
    ...text.matchAll(/(Wrote and verified|Wrote|Read) address (0x[0-9a-f]+) \(([\d.]+)%\)( Done\.)?/g),
  ];
  const last = transfers.at(-1);
  const started = find(/Starting execution at address (0x[0-9a-f]+)\.\.\. done\./);
  const failure = failures.map(find).find((found) => found !== undefined)?.[0];
  return {
    ...(port === undefined ? {} : { port: { baudRate: Number(port[1]), format: port[2] as string } }),
    ...(version === undefined ? {} : { bootloaderVersion: Number(version[1]) }),
    ...(option1 === undefined || option2 === undefined
      ? {}
      : { optionBytes: [Number(option1[1]), Number(option2[1])] as const }),
    ...(device === undefined ? {} : { deviceId: Number(device[1]), deviceName: device[2] as string }),
    ...(ram === undefined ? {} : { ramKiB: Number(ram[1]), ramReservedBytes: Number(ram[2]) }),
    ...(flash === undefined
      ? {}
      : { flashKiB: Number(flash[1]), sector: { pages: Number(flash[2]), bytes: Number(flash[3]) } }),
    ...(option === undefined ? {} : { optionBytesLength: Number(option[1]) }),
    ...(system === undefined ? {} : { systemMemoryKiB: Number(system[1]) }),
    ...(last === undefined
      ? {}
      : {
          transfer: {
            verb: last[1] as 'Wrote' | 'Wrote and verified' | 'Read',
            lastAddress: Number(last[2]),
            percent: Number(last[3]),
            done: last[4] !== undefined,
          },
        }),
    ...(started === undefined ? {} : { startedAt: Number(started[1]) }),
    resetDone: /^Reset done\.|Resetting device\.\.\.\s*(?:Reset )?done\./m.test(text),
    ...(failure === undefined ? {} : { failure }),
  };
}
