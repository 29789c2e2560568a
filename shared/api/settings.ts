import { PriceEntry } from '../cost/price-table.js';
import { PROMPT_MODES } from '../prompt-mode.js';
import Type, { type Static } from '../schema.js';
import { endpoint, Maybe, Nullable, Strict, Timestamp } from './types.js';

const Prompts = Type.Enum([...PROMPT_MODES], {
  description: 'the most that is kept of a prompt: a redacted summary, its hash, nothing',
});
const Days = Type.Integer({ minimum: 1, maximum: 36_500 });
const Prices = Type.Array(PriceEntry, { maxItems: 1000, description: 'asked before our price table' });
const Ignore = Type.Array(Type.String({ minLength: 1, maxLength: 500 }), {
  maxItems: 200,
  description: 'globs as in .gitignore: files whose lines do not count',
});
const LegalHold = Strict(
  { reason: Type.String({ minLength: 1, maxLength: 500 }) },
  'while it is on, nothing is removed and nobody is erased',
);
const TimeZone = Type.String({ format: 'time-zone', maxLength: 64, description: 'IANA name, such as Europe/Berlin' });

const MinGroupSize = Type.Integer({
  minimum: 1,
  maximum: 10_000,
  description: 'people a team must have for reports to show each of them; null: no minimum',
});

/** What an org decides, with our defaults where it decided nothing. */
export const Settings = Type.Object({
  privacy: Type.Object({ prompts: Prompts }),
  retention_days: Type.Object(
    { receipts: Nullable(Days), prompts: Nullable(Days), audit: Nullable(Days) },
    { description: 'null: kept for ever' },
  ),
  legal_hold: Nullable(LegalHold),
  prices: Prices,
  ignore: Ignore,
  time_zone: TimeZone,
  reports: Type.Object({ min_group_size: Nullable(MinGroupSize) }),
});
export type Settings = Static<typeof Settings>;

export const DEFAULT_SETTINGS: Settings = {
  privacy: { prompts: 'summary' },
  retention_days: { receipts: null, prompts: null, audit: null },
  legal_hold: null,
  prices: [],
  ignore: [],
  time_zone: 'UTC',
  reports: { min_group_size: null },
};

/** A JSON Merge Patch (RFC 7396): what is absent stays, null goes back to the default, lists are replaced whole. */
export const SettingsPatch = Strict({
  privacy: Maybe(Strict({ prompts: Maybe(Prompts) })),
  retention_days: Maybe(Strict({ receipts: Maybe(Days), prompts: Maybe(Days), audit: Maybe(Days) })),
  legal_hold: Maybe(LegalHold),
  prices: Maybe(Prices),
  ignore: Maybe(Ignore),
  time_zone: Maybe(TimeZone),
  reports: Maybe(Strict({ min_group_size: Maybe(MinGroupSize) })),
});
export type SettingsPatch = Static<typeof SettingsPatch>;

/** What of them a clone has to know. */
export const CloneSettings = Type.Object({ privacy: Settings.properties.privacy, ignore: Ignore });
export type CloneSettings = Static<typeof CloneSettings>;

const reply = Type.Object({ settings: Settings, updated_at: Nullable(Timestamp) });

export const getSettings = endpoint({
  id: 'getSettings',
  method: 'get',
  path: '/api/v1/settings',
  summary: 'What the org decided for all its clones and reports',
  scope: 'settings:read',
  reply,
});

export const updateSettings = endpoint({
  id: 'updateSettings',
  method: 'patch',
  path: '/api/v1/settings',
  summary: 'Change settings of the org by a JSON Merge Patch',
  scope: 'settings:write',
  body: SettingsPatch,
  reply,
});
