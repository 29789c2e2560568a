import Type, { type Static } from '../schema.js';
import { Settings, SettingsPatch } from './settings.js';
import { Count, endpoint, Nullable, Strict, Timestamp } from './types.js';

/** What a run of retention removes. */
export const RetentionCounts = Type.Object({
  receipts: Count,
  violations: { ...Count, description: 'that are as old as the receipts' },
  prompts: { ...Count, description: 'receipts that lose the summary of their prompt' },
  audit_details: { ...Count, description: 'the events stay, and the log still verifies' },
});
export type RetentionCounts = Static<typeof RetentionCounts>;

export const previewRetention = endpoint({
  id: 'previewRetention',
  method: 'post',
  path: '/api/v1/retention/preview',
  summary: 'What retention would remove now, by the settings in force or by others; removes nothing',
  scope: 'settings:read',
  body: Strict({ retention_days: SettingsPatch.properties.retention_days }),
  reply: Type.Object({
    retention_days: Settings.properties.retention_days,
    legal_hold: Settings.properties.legal_hold,
    removes: RetentionCounts,
    last_run: Nullable(
      Type.Object(
        { started_at: Timestamp, finished_at: Nullable(Timestamp), counts: Type.Unknown() },
        {
          description: 'the last one that removed something',
        },
      ),
    ),
  }),
});
