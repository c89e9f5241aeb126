// Setup file of all tests: the app of a test behaves on CI as on the machine of a developer. With
// `CI` set, a build warns that it has no release store, and rejects an outdated `gati.modules.lock`.
// A test of these rules sets the variable itself.
delete process.env['CI'];
