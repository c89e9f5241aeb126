// Browser steps in the panel of a built server, for the tests and `npm run screenshots`.

/**
 * Adds a passkey provider to the pages of a context: it belongs to the device, and its user always
 * agrees.
 *
 * @param {import('playwright-core').Page} page
 */
export async function addAuthenticator(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/**
 * Opens a set-up link or an invite, and creates the account with a passkey.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} link
 * @param {string} name of the person
 * @returns {Promise<string[]>} the recovery codes
 */
export async function createAccount(page, link, name) {
  await addAuthenticator(page);
  await page.goto(link);
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Create a passkey' }).click();
  const keep = page.getByRole('button', { name: 'I have kept them' });
  await keep.waitFor();
  const codes = await page.locator('.recovery-codes code').allTextContents();
  await keep.click();
  await page.getByRole('link', { name: 'Overview', exact: true }).waitFor();
  return codes;
}
