import { HilError } from '../error/hil-error.ts';

export type SerialEndpoint =
  | { readonly kind: 'tty'; readonly path: string }
  | { readonly kind: 'rfc2217'; readonly host: string; readonly port: number };

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Reads a serial endpoint: an absolute device path, or `rfc2217://127.0.0.1:PORT`. RFC 2217 has no authentication, so only
 * loopback is accepted.
 * @throws HilError 603
 */
export function parseSerialEndpoint(text: string): SerialEndpoint {
  if (text.startsWith('/')) return { kind: 'tty', path: text };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const port = Number(url?.port);
  if (url?.protocol !== 'rfc2217:' || !Number.isInteger(port) || port < 1) {
    throw badEndpoint(text, 'it must be a device path such as /dev/serial/by-id/… or rfc2217://127.0.0.1:PORT');
  }
  if (!LOOPBACK.has(url.hostname)) throw badEndpoint(text, `${url.hostname} is not a loopback address`);
  return { kind: 'rfc2217', host: url.hostname === '[::1]' ? '::1' : url.hostname, port };
}

function badEndpoint(text: string, why: string): HilError {
  return new HilError(603, `'${text}' is not a serial endpoint: ${why}`, { blame: 'rig', context: { endpoint: text } });
}
