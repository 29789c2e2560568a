/** The story of the sample repository: who worked on what, with which tool. All people are fictional. */

export interface Developer {
  name: string;
  email: string;
}

export const DEVELOPERS = {
  ada: { name: 'Ada Lindqvist', email: 'ada@example.com' },
  bruno: { name: 'Bruno Keller', email: 'bruno@example.com' },
  chidi: { name: 'Chidi Okoye', email: 'chidi@example.com' },
  dana: { name: 'Dana Whitfield', email: 'dana@example.com' },
} satisfies Record<string, Developer>;

export interface Session {
  /** Who wrote the note. */
  recorder: 'git-ai' | 'blameprompt';
  /** As that recorder spells them. */
  tool: string;
  model: string;
}

export const SESSIONS = {
  cart: { recorder: 'git-ai', tool: 'claude', model: 'claude-opus-4-6' },
  search: { recorder: 'git-ai', tool: 'cursor', model: 'gpt-5.4' },
  checkout: { recorder: 'blameprompt', tool: 'claude_code', model: 'claude-sonnet-4-5' },
  styles: { recorder: 'git-ai', tool: 'claude', model: 'claude-sonnet-4-5' },
  tax: { recorder: 'blameprompt', tool: 'claude_code', model: 'claude-opus-4-6' },
  stock: { recorder: 'git-ai', tool: 'codex', model: 'openai/gpt-5.4' },
  mail: { recorder: 'blameprompt', tool: 'codex', model: 'gpt-5.4-mini' },
  refunds: { recorder: 'git-ai', tool: 'cursor', model: 'gemini-2.5-pro' },
  speed: { recorder: 'blameprompt', tool: 'claude_code', model: 'claude-haiku-4-5' },
} satisfies Record<string, Session>;

/** How much of a file a commit writes, in snippets: the tool's, the developer's own, and old ones the tool replaced. */
export type Work = [byTool: number, own?: number, replaced?: number];

export interface Step {
  by: keyof typeof DEVELOPERS;
  /** Null: no tool took part, and nothing was recorded. */
  session: keyof typeof SESSIONS | null;
  message: string;
  files: Record<string, Work>;
}

const step = (by: Step['by'], session: Step['session'], message: string, files: Record<string, Work>): Step => ({
  by,
  session,
  message,
  files,
});

const CART = 'src/cart/cart.ts';
const CART_TEST = 'src/cart/cart.test.ts';
const SEARCH = 'src/catalog/search.ts';
const STOCK = 'src/catalog/stock.ts';
const CHECKOUT = 'src/checkout/checkout.ts';
const TAX = 'src/checkout/tax.ts';
const REFUNDS = 'src/checkout/refunds.ts';
const MAIL = 'src/mail/templates.ts';
const SERVER = 'src/server.ts';
const CSS = 'web/styles/main.css';
const README = 'README.md';
const OPERATIONS = 'docs/operations.md';
const LOCK = 'yarn.lock';

export const STEPS: readonly Step[] = [
  step('dana', null, 'Start the storefront', { [README]: [0, 2], [SERVER]: [0, 3], [LOCK]: [0, 4] }),
  step('ada', 'cart', 'Add a shopping cart', { [CART]: [3, 1], [CART_TEST]: [1] }),
  step('ada', 'cart', 'Refuse items without a quantity', { [CART]: [1, 0, 1], [CART_TEST]: [2, 1] }),
  step('bruno', 'search', 'Add catalogue search', { [SEARCH]: [4] }),
  step('dana', null, 'Describe how to run it', { [README]: [0, 2] }),
  step('chidi', 'checkout', 'Add the checkout', { [CHECKOUT]: [3, 1], [SERVER]: [1] }),
  step('chidi', 'checkout', 'Check addresses before paying', { [CHECKOUT]: [2, 0, 1] }),
  step('bruno', 'search', 'Page through search results', { [SEARCH]: [1, 1, 1], [SERVER]: [1] }),
  step('ada', 'styles', 'Lay out the product page', { [CSS]: [5, 1] }),
  step('dana', null, 'Update dependencies', { [LOCK]: [0, 6] }),
  step('ada', 'cart', 'Group cart items by day', { [CART]: [1, 1] }),
  step('chidi', 'tax', 'Calculate taxes', { [TAX]: [4], [CHECKOUT]: [1, 0, 1] }),
  step('chidi', 'tax', 'Round taxes per line', { [TAX]: [1, 1, 1] }),
  step('bruno', null, 'Fix the sorting of search results', { [SEARCH]: [0, 1] }),
  step('dana', 'mail', 'Send order confirmations', { [MAIL]: [3], [SERVER]: [1, 1] }),
  step('ada', null, 'Rename cart limits', { [CART]: [0, 1] }),
  step('bruno', 'stock', 'Show what is in stock', { [STOCK]: [4, 1], [SEARCH]: [1] }),
  step('bruno', 'stock', 'Reserve stock while paying', { [STOCK]: [2, 0, 1], [CHECKOUT]: [1] }),
  step('dana', null, 'Write down the operations guide', { [OPERATIONS]: [0, 4] }),
  step('ada', 'styles', 'Make the cart work on phones', { [CSS]: [3, 0, 2] }),
  step('chidi', 'checkout', 'Retry payments that time out', { [CHECKOUT]: [2] }),
  step('dana', 'mail', 'Translate the mail templates', { [MAIL]: [2, 1, 1] }),
  step('ada', 'refunds', 'Add refunds', { [REFUNDS]: [4] }),
  step('ada', 'refunds', 'Refund parts of an order', { [REFUNDS]: [2, 1, 1], [CART_TEST]: [1] }),
  step('bruno', null, 'Log slow searches', { [SEARCH]: [0, 1], [SERVER]: [0, 1] }),
  step('chidi', 'tax', 'Support vouchers in taxes', { [TAX]: [2] }),
  step('dana', null, 'Update dependencies', { [LOCK]: [0, 5] }),
  step('bruno', 'stock', 'Warn when stock runs low', { [STOCK]: [1, 1], [MAIL]: [1] }),
  step('ada', 'cart', 'Keep carts for a week', { [CART]: [2, 0, 1], [OPERATIONS]: [1] }),
  step('chidi', 'speed', 'Load orders in one query', { [SERVER]: [2, 0, 1], [CHECKOUT]: [1, 0, 1] }),
  step('chidi', 'speed', 'Cache prices', { [SERVER]: [1], [SEARCH]: [1, 0, 1] }),
  step('dana', null, 'Explain backups', { [OPERATIONS]: [0, 2] }),
  step('bruno', 'search', 'Search by customer', { [SEARCH]: [2] }),
  step('ada', 'refunds', 'Report refunds by day', { [REFUNDS]: [1, 1] }),
  step('dana', 'mail', 'Remind customers of their cart', { [MAIL]: [2], [CART]: [1] }),
  step('bruno', null, 'Tidy the server', { [SERVER]: [0, 1, 1] }),
  step('chidi', 'checkout', 'Accept vouchers at checkout', { [CHECKOUT]: [2, 1] }),
  step('ada', 'styles', 'Print styles for invoices', { [CSS]: [2] }),
  step('chidi', 'speed', 'Stream long order lists', { [SERVER]: [1, 1], [TAX]: [1] }),
  step('bruno', 'stock', 'Count stock per warehouse', { [STOCK]: [2] }),
];
