import type { VirtualBoard, VirtualBoardOptions } from '../board-types.ts';
import type { ReadyLine } from '../host-types.ts';
import type { HostController } from '../usb/host-controller.ts';
import { startUsbIpServer, type UsbIpServer } from '../usb/usbip-server.ts';
import type { ControlRequest } from './control.ts';
import { startControlServer } from './control-server.ts';
import { createInputLog, sha256 } from './input-log.ts';
import { type LineServer, startLineServer } from './line-server.ts';
import { createNotes } from './notes.ts';
import { createNowAndThen } from './now-and-then.ts';
import { createOutside } from './outside.ts';
import { type Pty, startPty } from './pty.ts';
import { loadPtySystem, type PtySystem } from './pty-system.ts';
import { createRunLoop } from './run-loop.ts';
import { probeSerial, startStlinkServer } from './stlink-server.ts';
import { createStlinkExport, STLINK_BUSID } from './stlink-usb-export.ts';
import { createUartPort, type UartPort } from './uart-port.ts';
import { createTargetExport, TARGET_BUSID } from './usb-export.ts';

export interface Host {
  readonly ready: ReadyLine;
  stop(): Promise<void>;
}

interface Serial {
  readonly port: UartPort;
  readonly line: LineServer;
  readonly pty: Pty | undefined;
}

const HOST = '127.0.0.1';

/** Open all wires of a board and run it, in this thread. */
export async function startHost(
  board: VirtualBoard,
  options: VirtualBoardOptions,
  inputLogPath: string | undefined,
): Promise<Host> {
  const log = createInputLog(inputLogPath, {
    log: 'stm32-hil input log',
    version: 1,
    board: options.name,
    model: options.model,
    ...(options.romId === undefined ? {} : { romId: options.romId }),
    seed: options.seed,
    romSha256: sha256(options.rom),
    flashSha256: options.flash === undefined ? null : sha256(options.flash),
  });
  const notes = createNotes();
  board.onNote(notes.add);
  const wallNs = (): number => performance.now() * 1e6;
  const note = (event: string, data: Readonly<Record<string, unknown>>): void =>
    notes.add(board.schedule.now(), event, data);
  const outside = createOutside(board, log.append, note);
  const { usb } = outside;
  const target = usb === undefined ? undefined : createTargetExport(board.name, usb);
  const ports = board.uarts.map((wire) => createUartPort(wire, outside));
  const serials: Serial[] = [];
  const serial = probeSerial(board.name);
  const stlinkUsb = createStlinkExport({
    board: board.name,
    serial,
    // One probe: who has it open over TCP keeps it.
    execute: (command, data, size) => (stlink.client === undefined ? outside.probe(command, data, size) : undefined),
    vcp: ports.find(({ wire }) => wire.role !== 'rom'),
    nowNs: outside.now,
    onTraffic: () => loop.busyLine(),
  });
  const loop = createRunLoop({
    outside,
    timed: [...ports, stlinkUsb],
    wallNs,
    afterTurn: handOut,
  });

  function handOut(): void {
    for (const { line, pty } of serials) {
      line.flush();
      pty?.flush();
    }
    stlinkUsb.flush();
    if (target?.owing === true) loop.busyLine();
  }

  const stlink = await startStlinkServer({
    serial,
    execute(command, data, size) {
      loop.enter();
      return outside.probe(command, data, size);
    },
  });
  const system = ptySystem();
  const everyNowAndThen = createNowAndThen();
  for (const port of ports) {
    const endpoint = { port, beforeInput: loop.enter, onTraffic: loop.busyLine };
    const line = await startLineServer({ ...endpoint, board: board.name });
    serials.push({
      port,
      line,
      pty: system === undefined ? undefined : startPty({ ...endpoint, system, everyNowAndThen }),
    });
  }

  const usbip =
    target === undefined
      ? undefined
      : await startUsbIpServer({
          exports: [target],
          beforeInput: loop.enter,
          onTraffic: loop.busyLine,
          note,
        });

  const stlinkUsbip = await startUsbIpServer({
    exports: [stlinkUsb],
    beforeInput: loop.enter,
    onTraffic: loop.busyLine,
    note,
  });

  function cutUsb(on: boolean): void {
    stlink.setPlugged(on);
    stlinkUsb.setPlugged(on);
    for (const { line } of serials) line.setPlugged(on);
  }

  function statusOf(): Readonly<Record<string, unknown>> {
    const wall = wallNs();
    return {
      board: board.name,
      model: options.model,
      powered: board.powered,
      virtualNs: outside.now(),
      wallNs: wall - startWallNs,
      lagNs: loop.pace.lag(wall, outside.now()),
      lagTotalNs: loop.pace.droppedNs,
      nrst: outside.pins.nrstLowBy.size > 0 ? 'low' : 'released',
      boot0: outside.pins.boot0,
      button: outside.pins.button,
      wires: Object.fromEntries(ports.map((port) => [port.wire.name, port.state])),
      clients: {
        stlink: stlink.client ?? null,
        stlinkUsb: { usbip: stlinkUsbip.client(STLINK_BUSID) ?? null, vcp: stlinkUsb.client ?? null },
        ...Object.fromEntries(
          serials.map(({ port, line, pty }) => [port.wire.name, { line: line.client ?? null, pty: pty?.open ?? null }]),
        ),
      },
      usb: usb === undefined ? null : usbStatus(usb, usbip),
      resets: notes.resets(),
    };
  }

  function control(request: ControlRequest): Readonly<Record<string, unknown>> {
    loop.enter();
    switch (request.op) {
      case 'power':
        if (request.scope === 'usb-port') cutUsb(request.on);
        outside.power(request.on);
        return {};
      case 'nrst':
        outside.nrst('control', request.low);
        return {};
      case 'boot0':
        outside.boot0(request.level);
        return {};
      case 'button':
        outside.button(request.pressed);
        return {};
      case 'wire':
        portNamed(request.uart).override(request.state);
        return {};
      case 'usb':
        if (usb === undefined) throw new Error(`${board.name} has no USB`);
        usb.plug(request.plugged);
        return {};
      case 'status':
        // Who asks how late the board is takes what it has not seen by then for not sent.
        handOut();
        return statusOf();
      case 'trace':
        return notes.since(request.since);
      case 'hash': {
        const hash = outside.check();
        log.flush();
        return { hash, virtualNs: outside.now() };
      }
      case 'log':
        log.flush();
        return { path: log.path };
    }
  }

  function portNamed(name: string): UartPort {
    const port = ports.find((each) => each.wire.name === name);
    if (port !== undefined) return port;
    const known = ports.map((each) => each.wire.name).join(', ');
    throw new Error(`${board.name} has no UART named ${name}; it has ${known}`);
  }

  const controlServer = await startControlServer(control);
  if (!board.powered) outside.power(true);
  const startWallNs = wallNs();
  loop.start();

  return {
    ready: {
      board: board.name,
      stlink: {
        host: HOST,
        port: stlink.port,
        serial,
        usbip: { host: HOST, port: stlinkUsbip.port, busid: STLINK_BUSID },
      },
      uart: serials.map(({ port, line, pty }) => ({
        name: port.wire.name,
        role: port.wire.role,
        line: `rfc2217://${HOST}:${line.port}`,
        pty: pty?.path ?? null,
      })),
      usbip: usbip === undefined ? null : { host: HOST, port: usbip.port, busid: TARGET_BUSID },
      control: { host: HOST, port: controlServer.port },
    },
    async stop() {
      await Promise.all([
        stlink.close(),
        stlinkUsbip.close(),
        controlServer.close(),
        usbip?.close(),
        ...serials.map(({ line }) => line.close()),
      ]);
      for (const { pty } of serials) pty?.close();
      loop.stop();
      outside.check();
      log.close();
    },
  };
}

/** Undefined where the system has no pseudo-terminals (another kernel, a container without devpts); the lines work without. */
function ptySystem(): PtySystem | undefined {
  try {
    return loadPtySystem();
  } catch {
    return undefined;
  }
}

function usbStatus(usb: HostController, server: UsbIpServer | undefined): Readonly<Record<string, unknown>> {
  return {
    plugged: usb.plugged,
    attached: usb.attached,
    enumerated: usb.device !== undefined,
    address: usb.device?.address ?? null,
    client: server?.client(TARGET_BUSID) ?? null,
  };
}
