import { connect } from 'node:net';
import { HilError } from '../error/hil-error.ts';
import { type Deadline, deadline } from '../trace/deadline.ts';
import { recordStep } from '../trace/step.ts';
import { untilEvent } from '../trace/wait.ts';
import type { BoardScope, BoardWires, Controls } from './bench-types.ts';

const ANSWER_MS = 2_000;

/** One request per connection: a control is rare, and a connection kept open would die with a cut of the USB port. */
export async function askControl(
  wires: Pick<BoardWires, 'board' | 'control'>,
  request: Readonly<Record<string, unknown>>,
  limit: Deadline,
): Promise<Record<string, unknown>> {
  const end = wires.control;
  if (end === undefined) {
    throw new HilError(
      425,
      `${wires.board}: nobody can do '${String(request.op)}' to this board: its rig entry names no control for it`,
      {
        blame: 'rig',
        context: { request },
      },
    );
  }
  const answer = await untilEvent<Record<string, unknown>>(
    limit,
    `answer of the control endpoint ${end.host}:${end.port} to ${JSON.stringify(request)}`,
    ({ resolve, reject, note }) => {
      const socket = connect(end.port, end.host);
      let text = '';
      socket.setEncoding('utf8');
      socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
      socket.on('data', (more: string) => {
        text += more;
        note(JSON.stringify(text.slice(0, 200)));
        const at = text.indexOf('\n');
        if (at >= 0) resolve(JSON.parse(text.slice(0, at)) as Record<string, unknown>);
      });
      socket.on('error', (cause) =>
        reject(
          new HilError(
            426,
            `${wires.board}: the control endpoint ${end.host}:${end.port} does not answer: ${cause.message}`,
            { blame: 'rig', cause },
          ),
        ),
      );
      socket.on('end', () =>
        reject(
          new HilError(426, `${wires.board}: the control endpoint ${end.host}:${end.port} closed before it answered`, {
            blame: 'rig',
          }),
        ),
      );
      return () => socket.destroy();
    },
    { code: 426, blame: 'rig' },
  );
  if (answer.ok !== true) {
    throw new HilError(427, `${wires.board}: control '${String(request.op)}' was refused: ${String(answer.error)}`, {
      blame: 'test',
      context: { request, answer },
    });
  }
  return answer;
}

export function openControls(wires: BoardWires, scope: BoardScope): Controls {
  const step = async (request: Readonly<Record<string, unknown>>): Promise<void> => {
    await recordStep(scope.recorder, { board: wires.board, action: 'control', args: request }, () =>
      askControl(wires, request, deadline(`control ${String(request.op)}`, ANSWER_MS, scope)),
    );
  };
  return {
    power: (on, range = 'target') => step({ op: 'power', on, ...(range === 'usb-port' ? { scope: range } : {}) }),
    nrst: (low) => step({ op: 'nrst', low }),
    boot0: (level) => step({ op: 'boot0', level }),
    button: (pressed) => step({ op: 'button', pressed }),
    usb: (plugged) => step({ op: 'usb', plugged }),
    wire: (uart, state) => step({ op: 'wire', uart, state }),
  };
}
