/** Loaded before all tests: what they print, such as tables, is for who runs a file by itself, not between the dots of parallel workers. */

if (process.env.MOCHA_WORKER_ID !== undefined) console.log = () => {};

/** Thousands of tests make answers that do not verify, and sites whose cookies or addresses are not what they should be. */
const [print] = process.listeners('warning');
if (print) {
  process.removeListener('warning', print);
  process.on('warning', (warning) => {
    if (!(warning as { code?: string }).code?.startsWith('SMART_ID_')) print(warning);
  });
}
