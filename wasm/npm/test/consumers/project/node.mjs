// Node, Deno: a directory, in one process the whole engine and the slim one.
import process from 'node:process';

import { Recommender, sentence } from 'aftershow';
// On a server there are no elements, and nothing is registered.
import 'aftershow/element';
import { Recommender as Slim } from 'aftershow/slim';

const [, , pack, id] = process.argv;
const recommender = await Recommender.load(pack);
const slim = await Slim.load(pack);
const whole = await recommender.similar({ id, n: 5, reasons: true });
const listed = await slim.similar({ id, n: 5, reasons: true });
const { items } = await recommender.recommend({ history: [id], limit: 3 });
const because = sentence(whole.items[0].reasons);
recommender[Symbol.dispose]();
const freed = await recommender.similar({ id }).catch((error) => error.code);
console.log(JSON.stringify({ whole, listed, recommended: items.length, because, freed }));
