/** Apart from what reads the files: this loads schemas and their compiler, and most clones have no file. */
import Type, { type Static } from '../../shared/schema.js';
import { compileBody } from '../../shared/validate.js';
import { described } from '../sources/index.js';

/** What the configuration files may say. Other sections belong to the recorder that shares the file with us. */
const FileSchema = Type.Object({
  enterprise: Type.Optional(
    Type.Object({
      enabled: Type.Optional(Type.Boolean()),
      api_url: Type.Optional(Type.String({ minLength: 1, maxLength: 2000 })),
      api_key_env: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      sync_on_commit: Type.Optional(Type.Boolean()),
      enforce_policies: Type.Optional(Type.Boolean()),
      team: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      repo: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
      default_branch: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      ignore: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { maxItems: 200 })),
      trusted_servers: Type.Optional(Type.Array(Type.String({ maxLength: 2000 }), { maxItems: 100 })),
    }),
  ),
  sources: Type.Optional(
    Type.Object({
      only: Type.Optional(Type.Array(Type.Enum(described.map(({ name }) => name)), { minItems: 1, maxItems: 100 })),
      trailers: Type.Optional(Type.Boolean()),
    }),
  ),
  privacy: Type.Optional(Type.Object({ prompts: Type.Optional(Type.Enum(['summary', 'hash', 'none'])) })),
});
export type ConfigFile = Static<typeof FileSchema>;

export const checkConfig = compileBody(FileSchema);
