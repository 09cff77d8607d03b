import { createServer, type Server, type Socket } from 'node:net';

/** Listen on a port the kernel chooses, reachable from this machine only. */
export function serveLoopback(onConnection: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  return new Promise((resolve, reject) => {
    const server = createServer(onConnection);
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error('a TCP server has no port'));
        return;
      }
      server.removeListener('error', reject);
      resolve({ server, port: address.port });
    });
  });
}
