import { ask } from './ask.js';

addEventListener('message', async ({ data: { pack, id } }) => {
  postMessage(await ask(pack, id).catch((error) => ({ code: error.code, message: error.message })));
});
