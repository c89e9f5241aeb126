import { usageError } from '@gati/runtime-h3/command';
import type { Provider } from '../../config/settings.ts';
import { type Call, KUBERNETES } from '../command.ts';
import { readEnvironment } from '../read-app.ts';

const TARGETS: Record<Provider, () => Promise<{ run(call: Call): Promise<number> }>> = {
  kubernetes: () => import('./kubernetes.ts'),
  aws: () => import('./aws.ts'),
  gcp: () => import('./gcp.ts'),
  local: () => import('./local.ts'),
  custom: () => import('./custom.ts'),
};

/** Options of the targets other than a cluster. */
const OPTIONS: Partial<Record<Provider, string[]>> = { local: ['dry-run'], custom: [] };

/** `gati-deploy deploy [ENV]`: deploys to the target that the settings name. */
export async function run(call: Call): Promise<number> {
  const { settings } = readEnvironment(call, call.words[0]);
  const { provider = 'kubernetes' } = settings;
  const known = OPTIONS[provider] ?? Object.keys(KUBERNETES);
  const given = Object.keys(KUBERNETES).find((name) => call.options[name] === true);
  if (given !== undefined && !known.includes(given))
    throw usageError(
      `the target ${provider} has no option --${given}`,
      'Leave the option out, or set `provider: kubernetes` in gati.deploy.yaml.',
    );
  const { run: deploy } = await TARGETS[provider]();
  return await deploy(call);
}
