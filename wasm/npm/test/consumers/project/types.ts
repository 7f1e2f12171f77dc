// What a strict project writes: every name that the package exports, by its type.
import { english, Recommender, sentence } from 'aftershow';
import type { AftershowError, Answer, ErrorCode, Info, PackFiles, Progress, Recommendations, Source } from 'aftershow';
import { AftershowList, packAt, translate, type RenderCard } from 'aftershow/element';
import { Recommender as Slim } from 'aftershow/slim';

export async function all(source: Source, files: PackFiles, signal: AbortSignal): Promise<string | null> {
  using recommender = await Recommender.load(source, { signal, progress: (progress: Progress) => progress.of_bytes ?? 0 });
  using slim = await Slim.load(files);
  const listed: Answer = await slim.similar({ id: 82, n: 5, reasons: true });
  const page: Recommendations = await recommender.recommend({ history: [82, { id: '169', weight: -1 }], filter: { genre: 'Drama' } });
  const info: Info = recommender.info();
  // @ts-expect-error: the slim engine has no weights
  await slim.similar({ id: 82, genre_weight: 1 }).catch((error: AftershowError): ErrorCode => error.code);
  // @ts-expect-error: a limit is a number
  await recommender.popular({ limit: 'ten' });
  return sentence(listed.items[0]?.reasons ?? page.items[0]?.reasons, { ...english, year: info.pack_id });
}

const render: RenderCard = ({ name }, { href, position }) => (href ? new Text(`${position} ${name}`) : null);

export function element(): AftershowList {
  const list = document.createElement('aftershow-list');
  Object.assign(list, { item: 82, layout: 'row' } satisfies Partial<AftershowList>);
  list.renderCard = render;
  list.addEventListener('aftershow-feedback', ({ detail }) => detail.opinion === 'like' && detail.card.name);
  document.createElement('aftershow-search').addEventListener('aftershow-select', ({ detail }) => detail.href?.length);
  translate('de', { like: 'Gefällt mir', because: { genres: 'Mehr {names}' } });
  // @ts-expect-error: there is no such word
  translate('de', { hate: 'Nein' });
  void packAt('/pack/').slim().then((slim) => slim.info().items);
  return list;
}
