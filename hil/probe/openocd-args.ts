import type { Chip } from '../chip/chip.ts';
import { HilError } from '../error/hil-error.ts';
import { targetScript } from './openocd-scripts.ts';

export { targetScript };

/** Where the ST-Link is. */
export type ProbeAddress =
  /** On USB, by its serial number (24 characters): never by position or device name. */
  | { readonly kind: 'usb'; readonly serial: string }
  /** Behind stlink-server's TCP protocol on this host, as a virtual board offers it. */
  | { readonly kind: 'tcp'; readonly port: number; readonly serial?: string };

/** `hla`: the ST-Link firmware does the work (fewer messages). `dapdirect`: OpenOCD drives the DAP itself. */
export type ProbeTransport = 'hla' | 'dapdirect';

/** `hot` leaves the core as it is; `under-reset` holds NRST while it connects and halts the core at its first instruction. */
export type Attach = 'hot' | 'under-reset';

export interface OpenOcdSpec {
  readonly chip: Chip;
  readonly address: ProbeAddress;
  readonly transport: ProbeTransport;
  readonly attach: Attach;
  /** Target script, if not OpenOCD's own for the family. */
  readonly script?: string;
  /** TCP port of the gdb server; 0 lets the kernel choose; absent: no gdb server. */
  readonly gdbPort?: number;
  /** RAM that OpenOCD's flash routines may use, in bytes; 0 makes it program by registers alone. */
  readonly workAreaBytes?: number;
}

/**
 * The arguments for stock OpenOCD. Ports come last, so that no script can undo them; everything binds to loopback.
 * @throws HilError 604 for a serial that OpenOCD would misread.
 */
export function openOcdArguments(spec: OpenOcdSpec): readonly string[] {
  const { address, transport } = spec;
  const serial = address.serial;
  if (serial !== undefined && !/^[0-9A-Za-z]{24}$/.test(serial)) {
    // Twelve characters are taken for raw bytes and expanded to hex; anything else matches no ST-Link.
    throw new HilError(604, `'${serial}' is not the serial number of an ST-Link: it has 24 letters and digits`, {
      blame: 'rig',
      context: { serial },
    });
  }
  const script = transport === 'hla' ? 'interface/stlink.cfg' : 'interface/stlink-dap.cfg';
  const backend = transport === 'hla' ? 'hla_stlink_backend' : 'st-link backend';
  const commands = (...lines: readonly (string | false)[]): readonly string[] =>
    lines.flatMap((line) => (line === false ? [] : ['-c', line]));
  return [
    ...commands('bindto 127.0.0.1'),
    '-f',
    script,
    ...commands(
      address.kind === 'tcp' && `${backend} tcp ${address.port}`,
      serial !== undefined && `adapter serial ${serial}`,
      spec.workAreaBytes !== undefined && `set WORKAREASIZE ${spec.workAreaBytes}`,
    ),
    '-f',
    spec.script ?? targetScript(spec.chip).script,
    ...commands(
      spec.attach === 'under-reset' && 'reset_config srst_only srst_nogate connect_assert_srst',
      'tcl_port 0',
      'telnet_port disabled',
      spec.gdbPort === undefined ? 'gdb_port disabled' : `gdb_port ${spec.gdbPort}`,
      'init',
      // NRST held since the connection is let go with the core halted at its first instruction.
      spec.attach === 'under-reset' && 'reset halt',
    ),
  ];
}
