import { openApp } from '../app.ts';
import { type Call, FINDING, OK } from '../command.ts';
import { describeUnchecked } from '../unchecked-migrations.ts';
import { count } from '@gati/contract/internal';
import { noHandlers } from '../../scan/no-handlers.ts';

export async function run(call: Call): Promise<number> {
  const { output } = call;
  const { context } = await openApp(call);
  call.onStop(() => context.close());
  try {
    const { project } = context;
    const missing = noHandlers(project.root, 'error');
    if (missing.length > 0) {
      for (const diagnostic of missing) output.diagnostic(diagnostic);
      output.document({ written: [], warnings: [], errors: missing });
      return FINDING;
    }
    await project.foreign.pinAll({ refresh: true });
    const analysis = await context.analysis();
    const { diagnostics } = analysis;
    for (const diagnostic of diagnostics) output.diagnostic(diagnostic);
    const errors = diagnostics.filter(({ level }) => level === 'error');
    const warnings = diagnostics.filter(({ level }) => level === 'warning');
    // After an error, writes at least the types of all routes, so that correct files have no type
    // errors.
    const written = await (errors.length === 0
      ? project.generate(analysis)
      : project.generateTypes(analysis.scan));
    for (const file of written) output.line(`wrote ${file}`);
    const { scan, contract } = analysis;
    for (const line of await describeUnchecked(project.root, scan.versions, contract))
      output.line(line);
    if (errors.length === 0)
      output.line(
        `${count(analysis.contract.routes.length, 'route')}; ${written.length === 0 ? 'everything is up to date' : `${count(written.length, 'file')} changed`}`,
      );
    output.document({ written, warnings, errors });
    return errors.length === 0 ? OK : FINDING;
  } finally {
    await context.close();
  }
}
