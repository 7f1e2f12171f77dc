// Pages that look for a title and show the first ten of what they find as links, as bare as can be. Both libraries are used as their documents say.

const SHOWN = 10;

const page = (code) => ({ name }) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>A search</title></head><body><ul></ul><script type="module">
${code}
const q = ${JSON.stringify(name).replaceAll("<", "\\u003c")};
try {
  const found = await find(q);
  document.querySelector('ul').replaceChildren(...found.map(({ name, href }) => {
    const [item, link] = [document.createElement('li'), document.createElement('a')];
    Object.assign(link, { textContent: name, href });
    item.append(link);
    return item;
  }));
  window.done = { names: found.map(({ name }) => name), ms: performance.now() };
} catch (error) {
  window.done = { error: String(error) };
}
</script></body></html>`;

export const searchPages = {
  "aftershow/search": page(`import { TitleSearch } from '/aftershow/search.js';
async function find(q) {
  const titles = await TitleSearch.load('/pack/');
  const { items } = await titles.search({ q, limit: ${SHOWN} });
  return items.map(({ id, name }) => ({ name, href: '/shows/' + id }));
}`),
  Pagefind: page(`import * as pagefind from '/pagefind/pagefind.js';
async function find(q) {
  await pagefind.init();
  const { results } = await pagefind.search(q);
  const pages = await Promise.all(results.slice(0, ${SHOWN}).map((result) => result.data()));
  return pages.map(({ url, meta }) => ({ name: meta.title, href: url }));
}`),
};
