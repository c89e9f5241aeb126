/** Settings of one environment, as `gati.deploy.yaml` has them. */
export interface Settings {
  releases?: string;
  image?: ImageSettings;
}

export interface ImageSettings {
  repository?: string;
  base?: string;
  platforms?: string[];
  attestations?: boolean;
}
