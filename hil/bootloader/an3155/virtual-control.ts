import { connect } from 'node:net';
import { createInterface } from 'node:readline';

/** One request to a virtual board's control endpoint (docs/wires.md), for tests. @throws Error if the board refuses it. */
export async function askControl(
  endpoint: { readonly host: string; readonly port: number },
  request: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const socket = connect({ host: endpoint.host, port: endpoint.port });
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the board closed its control connection')));
      createInterface(socket).once('line', resolve);
      socket.write(`${JSON.stringify(request)}\n`);
    });
    const parsed: unknown = JSON.parse(answer);
    if (typeof parsed !== 'object' || parsed === null || (parsed as { ok?: unknown }).ok !== true) {
      throw new Error(`${JSON.stringify(request)} was refused: ${answer}`);
    }
    return parsed as Readonly<Record<string, unknown>>;
  } finally {
    socket.destroy();
  }
}
