import { ask } from './ask.js';

const pack = new URL('/pack/', location.href);

window.ask = (id) => ask(pack, id);
window.askWorker = (id) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ pack: pack.href, id });
  });
