// What every page and every worker of the tests does.
import { Recommender } from 'aftershow';
import { Recommender as Slim } from 'aftershow/slim';

export async function ask(pack, id, options) {
  const slim = await Slim.load(pack, options?.slim);
  const recommender = await Recommender.load(pack, options?.full);
  const listed = await slim.similar({ id, n: 5 });
  const whole = await recommender.similar({ id, n: 5 });
  const { items } = await recommender.recommend({ history: [id], limit: 3 });
  return { listed, whole, recommended: items.length };
}
