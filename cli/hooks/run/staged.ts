import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Receipt } from '../../../shared/api/receipts.js';
import { fromBlamePrompt } from '../../../shared/blameprompt-receipt.js';

/** Far more than a recorder keeps between two commits. */
const MAX_BYTES = 16 * 1024 * 1024;

export interface Staged {
  receipts: Receipt[];
  /** Why a file cannot be told; undefined when all can. */
  unreadable: string | undefined;
}

/**
 * The receipts of work that is not committed yet, from BlamePrompt's staging files (formats.md, section 2). `files` are paths
 * below the work tree `root`. A file that is gone by now holds none: its writer replaces it whenever it likes.
 */
export async function readStaged(files: readonly string[], root: string): Promise<Staged> {
  const receipts = new Map<string, Receipt>();
  let unreadable: string | undefined;
  for (const file of files) {
    const found = await readReceipts(join(root, file));
    if ('reason' in found) {
      unreadable ??= `${file} ${found.reason}`;
      continue;
    }
    const folder = file.replace(/\/?\.blameprompt\/staging\.json$/, '');
    for (const value of found.values) {
      const receipt = fromBlamePrompt(value, null, { prompts: 'none', fallbackTime: atOnce, root: `${root}/` });
      if ('reason' in receipt) unreadable ??= `${file} holds what is no receipt: ${receipt.reason}`;
      else receipts.set(receipt.id, folder === '' ? receipt : below(folder, receipt));
    }
  }
  return { receipts: await withCosts([...receipts.values()]), unreadable };
}

async function readReceipts(file: string): Promise<{ values: unknown[] } | { reason: string }> {
  try {
    if ((await stat(file)).size > MAX_BYTES) return { reason: 'is larger than 16 MB' };
    const { receipts } = JSON.parse(await readFile(file, 'utf8'));
    return Array.isArray(receipts) ? { values: receipts } : { reason: 'has no list of receipts' };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { values: [] };
    return { reason: cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read' };
  }
}

const atOnce = () => ({
  timestamp: new Date().toISOString().replace('Z', '000Z'),
  timestamp_basis: 'commit' as const,
});

/** A recorder that was started in a folder names files from there. */
function below(folder: string, receipt: Receipt): Receipt {
  const attributions = (receipt.attributions ?? []).map((item) => {
    const { path } = item;
    const isWhole = path == null || /^([A-Za-z]:)?\//.test(path) || path.startsWith(`${folder}/`);
    return isWhole ? item : { ...item, path: `${folder}/${path}` };
  });
  return { ...receipt, attributions };
}

/** Costs that the recorder did not tell are estimated, as the server does. */
async function withCosts(receipts: Receipt[]): Promise<Receipt[]> {
  if (receipts.every(({ cost_usd }) => cost_usd != null)) return receipts;
  const { estimateCost } = await import('../../../shared/cost/estimate.js');
  return receipts.map((receipt) => {
    if (receipt.cost_usd != null) return receipt;
    const estimate = estimateCost({ ...receipt, model: receipt.model }, undefined, receipt.timestamp);
    return { ...receipt, cost_usd: estimate?.cost_usd ?? null };
  });
}
