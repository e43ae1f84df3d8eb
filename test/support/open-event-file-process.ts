/** Opens a store's file as after a fault, or as at a start: `node open-event-file-process.ts FILE fault|start`. */
import { openEventFile } from '../../src/stores/embedded/event-file.ts';

const [file = '', after] = process.argv.slice(2);
try {
  openEventFile({ file, lockWaitMs: 0, afterFault: after === 'fault', onWait: () => {} }).close();
  console.log('opened');
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
}
