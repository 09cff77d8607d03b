import { HilError } from '../error/hil-error.ts';

/** What OpenOCD's log says about probe, target and flash, as far as it got. Forms of versions 0.10 to 0.12 (published logs). */
export interface OpenOcdFacts {
  /** `V3J10M3B1`, `V2J37M26` */
  readonly stlinkVersion?: string;
  /** `0483:374E` */
  readonly usbId?: string;
  readonly targetVolts?: number;
  readonly dpidr?: number;
  /** DBGMCU_IDCODE as the flash driver found it. */
  readonly idcode?: number;
  /** What OpenOCD calls that id: `STM32G07/G08xx - Rev B : 0x2000`. */
  readonly deviceName?: string;
  readonly flashKiB?: number;
  readonly flashMode?: 'single-bank' | 'dual-bank';
  readonly rdpLevel?: number;
  readonly breakpoints?: number;
  readonly watchpoints?: number;
}

/** Reads the facts out of a log. Later lines win: a log can hold several connections. */
export function parseOpenOcdLog(log: string): OpenOcdFacts {
  const stlink = last(
    log,
    /STLINK (V\dJ\d+(?:[SM]\d+)?(?:B\d+)?(?:S\d+)?) \(API v\d\) VID:PID ([0-9A-Fa-f]{4}:[0-9A-Fa-f]{4})/g,
  );
  const volts = last(log, /Target voltage: ([\d.]+)/g)?.[1];
  const dpidr = last(log, /SWD DPIDR (0x[0-9a-f]+)/gi)?.[1];
  const device = last(log, /device id(?:code)? = (0x[0-9a-f]+)(?: \((.*)\))?/gi);
  const size = last(log, /flash size = (\d+) ?(?:KiB|kbytes)/gi)?.[1];
  const mode = last(log, /(?:flash mode : |Flash )(single-bank|dual-bank)/g)?.[1];
  const rdp = last(log, /RDP level (\d)/g)?.[1];
  const comparators = last(log, /(?:target|hardware) has (\d+) breakpoints, (\d+) watchpoints/g);
  return {
    ...(stlink === undefined ? {} : { stlinkVersion: stlink[1] as string, usbId: stlink[2] as string }),
    ...(volts === undefined ? {} : { targetVolts: Number(volts) }),
    ...(dpidr === undefined ? {} : { dpidr: Number(dpidr) }),
    ...(device === undefined ? {} : { idcode: Number(device[1]) }),
    ...(device?.[2] === undefined ? {} : { deviceName: device[2] }),
    ...(size === undefined ? {} : { flashKiB: Number(size) }),
    ...(mode === 'single-bank' || mode === 'dual-bank' ? { flashMode: mode } : {}),
    ...(rdp === undefined ? {} : { rdpLevel: Number(rdp) }),
    ...(comparators === undefined ? {} : { breakpoints: Number(comparators[1]), watchpoints: Number(comparators[2]) }),
  };
}

/** Below this the probe itself calls the target unpowered (OpenOCD logs an error below 1.5 V). */
const POWERED_VOLTS = 1.5;

interface Failure {
  readonly code: 233 | 234 | 235 | 236;
  readonly pattern: RegExp;
  /** Follows `OpenOCD ended:`. */
  readonly sentence: string;
  readonly cause: string;
}

/** First match wins; most specific first. */
const failures: readonly Failure[] = [
  {
    code: 234,
    pattern: /serial mismatch|No device matches the serial/i,
    sentence: 'no ST-Link with this serial number is there',
    cause: 'serial',
  },
  {
    code: 235,
    pattern: /already used|LIBUSB_ERROR_BUSY|device is busy/i,
    sentence: 'the ST-Link is in use by another program',
    cause: 'in-use',
  },
  { code: 234, pattern: /LIBUSB_ERROR_ACCESS/, sentence: 'this user may not open the ST-Link', cause: 'permission' },
  {
    code: 234,
    pattern: /mode \(transport\) not supported by device/,
    sentence: 'the ST-Link does not offer SWD at this moment: it is enumerating anew',
    cause: 'enumerating',
  },
  {
    code: 234,
    pattern:
      /cannot connect to server|error creating socket|failed to connect|unable to connect to tcp|Connection refused/i,
    sentence: 'nobody answers at the ST-Link TCP endpoint',
    cause: 'no-server',
  },
  {
    code: 236,
    pattern: /unable to connect to the target/i,
    sentence: 'the target does not answer on SWD',
    cause: 'no-swd',
  },
  {
    code: 236,
    pattern: /Error connecting DP|cannot read IDR|SWD DPIDR 0x0+\b/i,
    sentence: 'the target does not answer on SWD',
    cause: 'no-swd',
  },
  {
    code: 236,
    pattern: /jtag status contains invalid mode value/,
    sentence: 'the target does not answer while NRST is held',
    cause: 'nrst',
  },
  {
    code: 236,
    pattern: /Examination failed|Could not initialize the debug port|examine failed/i,
    sentence: 'the target answers on SWD, but its core cannot be examined',
    cause: 'examine',
  },
  {
    code: 234,
    pattern: /open failed|No J-Link|no device found|unable to open/i,
    sentence: 'no ST-Link is there',
    cause: 'no-probe',
  },
  {
    code: 233,
    pattern: /couldn't bind|Address already in use/i,
    sentence: 'a TCP port it was told to use is taken',
    cause: 'port',
  },
  { code: 233, pattern: /Can't find (\S+)/, sentence: 'one of its scripts is missing', cause: 'scripts' },
];

/** Why OpenOCD did not come up, from what it logged. */
export function explainStart(board: string, log: string, how: string): HilError {
  const facts = parseOpenOcdLog(log);
  const lastLines = log.trim().split('\n').slice(-12);
  const context = { board, how, lastLines, ...facts };
  const failure = failures.find(({ pattern }) => pattern.test(log));
  if (facts.targetVolts !== undefined && facts.targetVolts < POWERED_VOLTS) {
    return new HilError(
      237,
      `${board}: the target has no power: the ST-Link measures ${facts.targetVolts.toFixed(2)} V`,
      {
        blame: 'rig',
        context,
      },
    );
  }
  if (failure === undefined) {
    const said = lastLines.filter((line) => /error/i.test(line)).at(-1) ?? lastLines.at(-1) ?? 'nothing';
    return new HilError(233, `${board}: OpenOCD ended before it was ready (${how}); its last word: ${said.trim()}`, {
      blame: 'rig',
      context,
    });
  }
  return new HilError(failure.code, `${board}: OpenOCD ended before it was ready (${how}): ${failure.sentence}`, {
    blame: 'rig',
    context: { ...context, cause: failure.cause },
  });
}

function last(text: string, pattern: RegExp): RegExpExecArray | undefined {
  return [...text.matchAll(pattern)].at(-1);
}
