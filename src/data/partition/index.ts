/** Ways to divide examples between clients. Each gives, for every client, the numbers of its examples. */
export { type DirichletOptions, dirichlet } from './dirichlet.js';
export { type IidOptions, iid } from './iid.js';
export { type NaturalOptions, natural } from './natural.js';
export { type PathologicalOptions, pathological } from './pathological.js';
export { type ShardOptions, shard } from './shard.js';
export { type SizeOptions, size } from './size.js';
