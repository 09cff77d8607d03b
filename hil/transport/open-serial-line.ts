import type { Deadline } from '../trace/deadline.ts';
import { parseSerialEndpoint } from './endpoint.ts';
import { openFramedLine } from './framed-line.ts';
import type { LineFormat, SerialLine } from './serial-line.ts';

/**
 * Opens a serial line by its endpoint.
 * @throws HilError 603 for an endpoint of unknown form; 201 to 204 for a tty; 211 to 213 for a framed line.
 */
export async function openSerialLine(endpoint: string, format: LineFormat, limit: Deadline): Promise<SerialLine> {
  const parsed = parseSerialEndpoint(endpoint);
  if (parsed.kind === 'rfc2217') return openFramedLine(endpoint, parsed.host, parsed.port, format, limit);
  // Only a tty needs serialport's native code; a rig of virtual boards runs where that cannot load.
  const { openTtyLine } = await import('./tty-line.ts');
  return openTtyLine(parsed.path, format);
}
