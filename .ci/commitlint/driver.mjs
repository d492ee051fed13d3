// Judges messages with the real commitlint: reads {messages, configs} as JSON
// from standard input, where a configuration is a file, and answers for each
// configuration and message the rules that fail and those that warn.
import path from "node:path";
import { text } from "node:stream/consumers";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const root = process.argv[2];
const { resolve } = createRequire(path.join(root, "driver.js"));
const use = async (name) => (await import(pathToFileURL(resolve(name)))).default;
const load = await use("@commitlint/load");
const lint = await use("@commitlint/lint");

const names = (list) => list.map((r) => r.name).sort();

async function judge(file, messages) {
	const config = await load({}, { cwd: path.dirname(file), file });
	const options = {
		parserOpts: config.parserPreset?.parserOpts ?? {},
		plugins: config.plugins ?? {},
		ignores: config.ignores ?? [],
		defaultIgnores: config.defaultIgnores ?? true,
	};
	const out = [];
	for (const message of messages) {
		try {
			const { errors, warnings } = await lint(message, config.rules, options);
			out.push({ errors: names(errors), warnings: names(warnings) });
		} catch (err) {
			out.push({ error: String(err.message) });
		}
	}
	return out;
}

const { messages, configs } = JSON.parse(await text(process.stdin));
const results = [];
for (const { file, step } of configs) {
	const chosen = messages.filter((_, i) => i % step === 0);
	try {
		results.push({ verdicts: await judge(file, chosen) });
	} catch (err) {
		results.push({ error: String(err.message) });
	}
}
process.stdout.write(JSON.stringify(results));
