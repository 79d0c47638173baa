import { stat } from 'node:fs/promises';
import { policyFile } from '../../store/folders.ts';
import { loadPolicy } from '../../store/policy-source.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { fail, say, sayJson } from '../output.ts';

/** `wardkey policy show` tells what is in force; `wardkey policy check FILE` judges a file before it is rolled out. */
export const policy: Command = async ([verb, file], options) => {
  switch (verb) {
    case 'show':
      return show(options.policy ?? policyFile(), options.json);
    case 'check':
      if (file === undefined) return fail('Usage_Wrong', { json: options.json, detail: 'policy check needs a file' });
      return check(file, options.json);
    default:
      return fail('Usage_Wrong', { json: options.json, detail: 'policy needs show or check FILE' });
  }
};

async function show(file: string, json: boolean) {
  const loaded = await loadPolicy(file);
  if (json) sayJson(loaded);
  else {
    say(
      loaded.source === 'file'
        ? `From ${file}:`
        : `Defaults (${loaded.problems.length > 0 ? 'the file is not valid' : 'no file'}: ${file}):`,
    );
    say(JSON.stringify(loaded.policy, null, 2));
  }
  if (loaded.problems.length === 0) return EXIT.ok;
  return json ? EXIT.policy : fail('Policy_Invalid', { json, detail: tell(loaded.problems) });
}

async function check(file: string, json: boolean) {
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile()) return fail('Policy_Unreadable', { json, detail: file });
  const { problems, warnings } = await loadPolicy(file);
  if (json) {
    sayJson({ ok: problems.length === 0, problems, warnings });
    return problems.length === 0 ? EXIT.ok : EXIT.policy;
  }
  for (const { path, message } of warnings) say(`Note: ${path}: ${message}`);
  if (problems.length > 0) return fail('Policy_Invalid', { json, detail: tell(problems) });
  say(`${file} is valid.`);
  return EXIT.ok;
}

const tell = (problems: ReadonlyArray<{ path: string; message: string }>) =>
  problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
