import { GatiError } from '@gati/contract';
import type { ExecCredentials, Place } from 'gati-deploy/cloud';
import { type AuthClient, GoogleAuth } from 'google-auth-library';
import { toCloudError } from './errors.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** Milliseconds for which a token without a known expiry is used. */
const UNKNOWN = 5 * 60_000;

/** Credentials, found in the same places as by other tools for Google Cloud. */
export interface Credentials {
  client: AuthClient;
  project: string;
  /** For people. */
  user: string;
  token(): Promise<ExecCredentials & { token: string }>;
}

/**
 * Finds the credentials and the project: from `GOOGLE_APPLICATION_CREDENTIALS`, from the login of
 * `gcloud auth application-default login`, or from the machine.
 *
 * @throws {GatiError} GATI_DEPLOY_CLOUD
 */
export async function findCredentials({ settings }: Place): Promise<Credentials> {
  const auth = new GoogleAuth({ scopes: [SCOPE] });
  const client = await findClient(auth);
  async function token(): ReturnType<Credentials['token']> {
    try {
      const { token: found } = await client.getAccessToken();
      const { expiry_date: expires } = client.credentials;
      return { token: found ?? '', expires: expires ?? Date.now() + UNKNOWN };
    } catch (error) {
      throw toCloudError(error, 'the request for a token');
    }
  }
  // Reports expired credentials before any other error.
  await token();
  return { client, token, project: await findProject(auth, settings.account), user: userOf(auth) };
}

async function findClient(auth: GoogleAuth): Promise<AuthClient> {
  try {
    return await auth.getClient();
  } catch (error) {
    const said = (error as Error).message.slice(0, 300).replace(/\.\s*$/, '');
    throw new GatiError(
      {
        code: 'GATI_DEPLOY_CLOUD',
        message: `There are no credentials for Google Cloud (${said}).`,
        fix: 'Run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to the file of a service account or of a workload identity.',
      },
      { cause: error },
    );
  }
}

async function findProject(auth: GoogleAuth, wanted: string | undefined): Promise<string> {
  const given = wanted ?? (process.env.GOOGLE_CLOUD_PROJECT || process.env.GCLOUD_PROJECT);
  if (given) return given;
  try {
    return await auth.getProjectId();
  } catch {
    throw new GatiError({
      code: 'GATI_DEPLOY_CLOUD',
      message: 'No project of Google Cloud is set.',
      fix: 'Set `cloud.account` in gati.deploy.yaml to the ID of the project, or GOOGLE_CLOUD_PROJECT.',
    });
  }
}

function userOf({ jsonContent }: GoogleAuth): string {
  const { client_email: email, type = 'service account' } = (jsonContent ?? {}) as {
    client_email?: string;
    type?: string;
  };
  return email ?? type.replaceAll('_', ' ');
}
