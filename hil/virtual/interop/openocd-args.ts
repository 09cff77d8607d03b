/** How stock OpenOCD 0.12 is started on a virtual board's ST-LINK; `docs/wires.md` has the same lines. */
export type Transport = 'hla' | 'dapdirect';

export const TRANSPORTS: readonly Transport[] = ['hla', 'dapdirect'];

/** @param target OpenOCD's script for the part, without folder and `.cfg` */
export function openocdArgs(
  transport: Transport,
  stlinkPort: number,
  options: readonly string[] = [],
  target = 'stm32g0x',
): string[] {
  const [config, backend] =
    transport === 'hla'
      ? ['interface/stlink.cfg', `hla_stlink_backend tcp ${stlinkPort}`]
      : ['interface/stlink-dap.cfg', `st-link backend tcp ${stlinkPort}`];
  const commands = [...options, 'tcl_port disabled', 'telnet_port disabled'];
  return [
    ...['-c', 'bindto 127.0.0.1', '-f', config, '-c', backend, '-f', `target/${target}.cfg`],
    ...commands.flatMap((command) => ['-c', command]),
  ];
}
