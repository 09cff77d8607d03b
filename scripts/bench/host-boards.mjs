// The process that hosts the boards of one measurement: node host-boards.mjs SPECS (JSON). One line per board when it is ready.
import { product } from './product.mjs';

const { startBoards, toldToEnd } = await product('virtual/main');
const running = await startBoards(JSON.parse(process.argv[2]));
for (const ready of running.boards) console.log(JSON.stringify(ready));
await toldToEnd({ parentPipe: true });
await running.stop();
process.exit(0);
