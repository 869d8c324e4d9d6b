/** Loaded before all tests: what they print, such as tables, is for who runs a file by itself, not between the dots of parallel workers. */

if (process.env.MOCHA_WORKER_ID !== undefined) console.log = () => {};
