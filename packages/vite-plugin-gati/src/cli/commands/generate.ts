import { openApp } from '../app.ts';
import { type Call, FINDING, OK } from '../command.ts';

export async function run(call: Call): Promise<number> {
  const { output } = call;
  const { context } = await openApp(call);
  call.onStop(() => context.close());
  try {
    const analysis = await context.analysis();
    for (const diagnostic of analysis.diagnostics) output.diagnostic(diagnostic);
    const errors = analysis.diagnostics.filter(({ level }) => level === 'error');
    const warnings = analysis.diagnostics.filter(({ level }) => level === 'warning');
    const written = errors.length === 0 ? await context.project.generate(analysis) : [];
    for (const file of written) output.line(`wrote ${file}`);
    if (errors.length === 0)
      output.line(
        `${analysis.contract.routes.length} routes; ${written.length === 0 ? 'everything is up to date' : `${written.length} files changed`}`,
      );
    output.document({ written, warnings, errors });
    return errors.length === 0 ? OK : FINDING;
  } finally {
    await context.close();
  }
}
