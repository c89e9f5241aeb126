/** Actions of GitHub workflows that Gati writes, by their commits, since a tag can be moved. */
export const GITHUB_ACTIONS = {
  checkout: ['actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1', 'v7.0.1'],
  node: ['actions/setup-node@820762786026740c76f36085b0efc47a31fe5020', 'v7.0.0'],
} as const;
