// Bundles what the browser gets: styles, scripts, fonts and the icons we use, each under a name with its hash, with .br and .gz beside it.
// Output: src/openmentor/foundation/static/openmentor/dist/ with manifest.json (name → hashed name) and icons.json, both read by Python.
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import * as esbuild from 'esbuild';
import * as sass from 'sass';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'src/openmentor/foundation/static/openmentor/dist');
const icons = join(root, 'node_modules/@tabler/icons/icons');
const watching = process.argv.includes('--watch');

/** Sass for esbuild; Tabler's custom properties get the prefix that its own distribution has. */
const styles = {
  name: 'styles',
  setup(build) {
    build.onLoad({ filter: /\.scss$/ }, async ({ path }) => {
      const made = await sass.compileAsync(path, { loadPaths: [join(root, 'node_modules')], quietDeps: true });
      // A double hyphen that opens a name; ours start with --om- and stay.
      const contents = made.css.replace(/(^|[\s({,;])--(?!om-|tblr-)(?=[a-z])/g, '$1--tblr-');
      return { contents, loader: 'css', resolveDir: dirname(path), watchFiles: made.loadedUrls.map((url) => fileURLToPath(url)) };
    });
  },
};

/** The inner part of each icon in icons.txt: the template tag adds the <svg> around it. */
async function collectIcons() {
  const names = (await readFile(join(root, 'frontend/icons.txt'), 'utf8')).split(/\s+/).filter(Boolean);
  const found = {};
  for (const name of names) {
    const filled = name.endsWith('-filled');
    const file = filled ? join(icons, 'filled', `${name.slice(0, -7)}.svg`) : join(icons, 'outline', `${name}.svg`);
    const svg = await readFile(file, 'utf8');
    found[name] = svg
      .replace(/^[\s\S]*?<svg[^>]*>/, '')
      .replace(/<\/svg>\s*$/, '')
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, '')
      .replace(/\s*\n\s*/g, '')
      .trim();
  }
  await writeFile(join(dist, 'icons.json'), JSON.stringify(found));
}

async function writeManifest(metafile) {
  const manifest = {};
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (output.entryPoint) manifest[basename(output.entryPoint).replace(/\.scss$/, '.css').replace(/\.ts$/, '.js')] = basename(path);
  }
  const mark = await readFile(join(root, 'frontend/mark.svg'));
  const marked = `mark-${createHash('sha256').update(mark).digest('hex').slice(0, 8).toUpperCase()}.svg`;
  await writeFile(join(dist, marked), mark);
  manifest['mark.svg'] = marked;
  // The subset that every page needs first; the layout preloads it.
  const font = Object.keys(metafile.outputs).find((path) => /inter-latin-wght-normal-[A-Z0-9]{8}\.woff2$/.test(path));
  manifest['inter-latin.woff2'] = basename(font);
  await writeFile(join(dist, 'manifest.json'), JSON.stringify(manifest, null, 1));
}

async function compress() {
  const squeeze = { br: promisify(brotliCompress), gz: promisify(gzip) };
  const options = { br: { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }, gz: { level: 9 } };
  const files = (await readdir(dist)).filter((name) => ['.css', '.js', '.svg'].includes(extname(name)));
  await Promise.all(
    files.flatMap((name) =>
      Object.entries(squeeze).map(async ([ending, small]) =>
        writeFile(join(dist, `${name}.${ending}`), await small(await readFile(join(dist, name)), options[ending])),
      ),
    ),
  );
}

/** Takes away what an earlier build left, last, so that a server running meanwhile always finds a whole set. */
async function forget(metafile) {
  const kept = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  const manifest = JSON.parse(await readFile(join(dist, 'manifest.json'), 'utf8'));
  for (const name of [...Object.values(manifest), 'manifest.json', 'icons.json']) kept.add(name);
  for (const name of await readdir(dist)) {
    if (!kept.has(name.replace(/\.(br|gz)$/, ''))) await rm(join(dist, name));
  }
}

const finish = {
  name: 'finish',
  setup(build) {
    build.onEnd(async (result) => {
      if (result.errors.length) return;
      await writeManifest(result.metafile);
      await collectIcons();
      await compress();
      await forget(result.metafile);
      if (watching) console.log('built');
    });
  },
};

const options = {
  entryPoints: [join(root, 'frontend/styles/app.scss'), join(root, 'frontend/scripts/app.ts')],
  outdir: dist,
  bundle: true,
  minify: true,
  metafile: true,
  format: 'iife',
  target: ['chrome123', 'firefox128', 'safari17.5'],
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.woff2': 'file', '.svg': 'dataurl' },
  legalComments: 'linked',
  logLevel: 'warning',
  plugins: [styles, finish],
};

await mkdir(dist, { recursive: true });
if (watching) await (await esbuild.context(options)).watch();
else await esbuild.build(options);
