// Layers point one way: chip, image, error, trace <- transport <- probe, bootloader <- guard <- board <- diagnose <- case, sweep, app, measure <- rig <- jest, report <- cli.
const order = [
  ['chip', 'image', 'error', 'trace'],
  ['transport'],
  ['guard'],
  ['probe', 'bootloader'],
  ['board'],
  ['diagnose'],
  ['case', 'sweep', 'app', 'measure'],
  ['rig'],
  ['jest', 'report'],
  ['cli'],
];
const upward = order.flatMap((layer, i) =>
  layer.map((name) => ({
    name: `${name}-imports-upward`,
    severity: 'error',
    from: { path: `^hil/${name}/`, pathNot: '\\.(test|interop|guest)\\.ts$' },
    to: { path: `^hil/(${order.slice(i + 1).flat().concat('virtual', 'suites').join('|')})/` },
  })),
);
module.exports = {
  forbidden: [
    ...upward.filter((r) => !r.name.startsWith('cli-')),
    {
      name: 'base-layers-are-independent-of-siblings-above',
      severity: 'error',
      from: { path: '^hil/virtual/', pathNot: '\\.(test|interop|guest)\\.ts$' },
      to: { path: '^hil/', pathNot: '^hil/(virtual|chip|image|error|trace)/' },
    },
    { name: 'only-cli-imports-virtual', severity: 'error', from: { path: '^hil/(?!cli/|virtual/)', pathNot: '\\.(test|interop|guest)\\.ts$' }, to: { path: '^hil/virtual/' } },
    { name: 'suites-use-the-public-api', severity: 'error', from: { path: '^hil/suites/' }, to: { path: '^hil/', pathNot: '^hil/(index\\.ts|suites/)' } },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] } },
};
