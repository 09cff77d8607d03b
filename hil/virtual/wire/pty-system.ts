import koffi from 'koffi';

/** The calls of the C library that make and watch a pseudo-terminal; Linux (glibc and musl), numbers from its generic ABI. */
export interface PtySystem {
  /** A new pseudo-terminal's master (close-on-exec, non-blocking) and the path of its slave. */
  open(): { readonly master: number; readonly path: string };
  /** Raw mode: no echo, no line editing, no translation of CR and LF. */
  makeRaw(master: number): void;
  /** What the slave's user has set. Parity is not there: the kernel clears it on a pseudo-terminal. */
  lineSettings(master: number): { readonly baud: number; readonly stopBits: 1 | 2 };
  /** `hungUp`: no program has the slave open. `readable`: bytes wait, perhaps of one that is gone already. */
  poll(master: number): { readonly hungUp: boolean; readonly readable: boolean };
  duplicate(fd: number): number;
  /** Of a descriptor made by `open`: Node does not know it and would warn. */
  close(fd: number): void;
}

const O_RDWR = 0o2;
const O_NOCTTY = 0o400;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const TCGETS2 = 0x802c_542a;
const TCSETS2 = 0x402c_542b;
const CSTOPB = 0o100;
const CS8_CREAD_CLOCAL = 0o60 | 0o200 | 0o4000;
/** Keep the speed as given in numbers (BOTHER); struct termios2 carries it beside the flags. */
const BOTHER = 0o10000;
const TERMIOS2_BYTES = 44;
const offset = {
  iflag: 0,
  oflag: 4,
  cflag: 8,
  lflag: 12,
  vtime: 17 + 5,
  vmin: 17 + 6,
  ispeed: 36,
  ospeed: 40,
} as const;
const FIRST_BAUD = 115_200;
const POLLIN = 1;
const POLLHUP = 16;
const F_DUPFD_CLOEXEC = 1030;

export function loadPtySystem(): PtySystem {
  const libc = koffi.load(null);
  const posixOpenpt = libc.func('int posix_openpt(int)');
  const grantpt = libc.func('int grantpt(int)');
  const unlockpt = libc.func('int unlockpt(int)');
  const ptsname = libc.func('int ptsname_r(int, _Out_ uint8_t *, size_t)');
  const ioctl = libc.func('int ioctl(int, unsigned long, _Inout_ uint8_t *)');
  const poll = libc.func('int poll(_Inout_ uint8_t *, unsigned long, int)');
  const close = libc.func('int close(int)');
  const fcntl = libc.func('int fcntl(int, int, int)');

  function check(what: string, result: number): number {
    if (result < 0) throw new Error(`${what} failed with errno ${koffi.errno()}`);
    return result;
  }

  function getTermios(master: number): Buffer {
    const termios = Buffer.alloc(TERMIOS2_BYTES);
    check('TCGETS2', ioctl(master, TCGETS2, termios) as number);
    return termios;
  }

  return {
    open() {
      const master = check('posix_openpt', posixOpenpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) as number);
      check('grantpt', grantpt(master) as number);
      check('unlockpt', unlockpt(master) as number);
      const name = Buffer.alloc(128);
      check('ptsname_r', ptsname(master, name, name.length) as number);
      return { master, path: name.toString('latin1', 0, name.indexOf(0)) };
    },
    makeRaw(master) {
      // On the master the ioctl reaches the slave's settings.
      const termios = getTermios(master);
      termios.writeUInt32LE(0, offset.iflag);
      termios.writeUInt32LE(0, offset.oflag);
      termios.writeUInt32LE(0, offset.lflag);
      termios.writeUInt32LE(CS8_CREAD_CLOCAL | BOTHER, offset.cflag);
      termios[offset.vtime] = 0;
      termios[offset.vmin] = 1;
      termios.writeUInt32LE(FIRST_BAUD, offset.ispeed);
      termios.writeUInt32LE(FIRST_BAUD, offset.ospeed);
      check('TCSETS2', ioctl(master, TCSETS2, termios) as number);
    },
    lineSettings(master) {
      const termios = getTermios(master);
      const stopBits = (termios.readUInt32LE(offset.cflag) & CSTOPB) === 0 ? 1 : 2;
      return { baud: termios.readUInt32LE(offset.ospeed), stopBits };
    },
    poll(master) {
      const pollfd = Buffer.alloc(8);
      pollfd.writeInt32LE(master, 0);
      pollfd.writeInt16LE(POLLIN, 4);
      check('poll', poll(pollfd, 1, 0) as number);
      const events = pollfd.readInt16LE(6);
      return { hungUp: (events & POLLHUP) !== 0, readable: (events & POLLIN) !== 0 };
    },
    duplicate: (fd) => check('F_DUPFD_CLOEXEC', fcntl(fd, F_DUPFD_CLOEXEC, 0) as number),
    close: (fd) => void close(fd),
  };
}
