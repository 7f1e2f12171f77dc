import { ask } from './ask.js';

export default {
  async fetch(request, { PACK }) {
    const id = new URL(request.url).searchParams.get('id');
    return Response.json(await ask(PACK, id).catch((error) => ({ code: error.code, message: error.message })));
  },
};
