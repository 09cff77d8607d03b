import type { Server, Socket } from 'node:net';
import { type ControlRequest, parseControl } from './control.ts';
import { serveLoopback } from './loopback.ts';

export interface ControlServer {
  readonly port: number;
  readonly server: Server;
  close(): Promise<void>;
}

/** Carries out one request; what it returns is added to `{"ok":true}`, what it throws becomes `{"ok":false}`. */
export type ControlHandler = (request: ControlRequest) => Readonly<Record<string, unknown>>;

/** A request longer than this is not one. */
const MAX_LINE_BYTES = 65_536;

export async function startControlServer(handle: ControlHandler): Promise<ControlServer> {
  const sockets = new Set<Socket>();

  function answer(line: string): string {
    try {
      return JSON.stringify({ ok: true, ...handle(parseControl(line)) });
    } catch (error) {
      return JSON.stringify({ ok: false, error: error instanceof Error ? error.message : String(error) });
    }
  }

  const { server, port } = await serveLoopback((socket) => {
    let rest = '';
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE_BYTES) {
        socket.end(`${JSON.stringify({ ok: false, error: `a line may have ${MAX_LINE_BYTES} bytes` })}\n`);
        rest = '';
        return;
      }
      for (const line of lines) if (line.trim() !== '') socket.write(`${answer(line)}\n`);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });

  return {
    port,
    server,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
