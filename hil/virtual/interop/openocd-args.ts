/** How stock OpenOCD 0.12 is started on a virtual board's ST-LINK; `docs/wires.md` has the same lines. */
export type Transport = 'hla' | 'dapdirect';

export const TRANSPORTS: readonly Transport[] = ['hla', 'dapdirect'];

export function openocdArgs(transport: Transport, stlinkPort: number, options: readonly string[] = []): string[] {
  const [config, backend] =
    transport === 'hla'
      ? ['interface/stlink.cfg', `hla_stlink_backend tcp ${stlinkPort}`]
      : ['interface/stlink-dap.cfg', `st-link backend tcp ${stlinkPort}`];
  const commands = [...options, 'tcl_port disabled', 'telnet_port disabled'];
  return [
    ...['-c', 'bindto 127.0.0.1', '-f', config, '-c', backend, '-f', 'target/stm32g0x.cfg'],
    ...commands.flatMap((command) => ['-c', command]),
  ];
}
