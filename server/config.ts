import { defaultDataDir } from './embedded/data-dir.js';
import { ServerError } from './errors.js';
import { parseSyslogUrl } from './siem/target.js';
import { readTracing, type TracingSettings } from './tracing/settings.js';
import { toNetworks } from './webhooks/addresses.js';

interface Setting<T> {
  env: string;
  flag?: string;
  /** What the documentation says; the default as shown there. */
  description: string;
  shown: string;
  read: (text: string | undefined) => T;
}

const text = (fallback: string) => (value: string | undefined) => value || fallback;
const optional = (value: string | undefined) => value || undefined;

const integer = (env: string, fallback: number, min: number, max: number) => (value: string | undefined) => {
  if (!value) return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < min || number > max) {
    throw new ServerError('invalid_config', `${env} must be a whole number from ${min} to ${max}, not "${value}".`);
  }
  return number;
};

const oneOf = (env: string, values: string[], fallback: string) => (value: string | undefined) => {
  if (value && !values.includes(value))
    throw new ServerError('invalid_config', `${env} must be one of ${values.join(', ')}.`);
  return value || fallback;
};

/** A setting whose reader throws when it is wrong. */
const checked =
  <T>(env: string, read: (value: string | undefined) => T) =>
  (value: string | undefined) => {
    try {
      return read(value);
    } catch (cause) {
      throw new ServerError('invalid_config', `${env} ${(cause as Error).message}.`, { cause });
    }
  };

/** Every setting of the server. docs/configuration.md is printed from this table. */
export const settings = {
  port: {
    env: 'PORT',
    flag: '--port',
    description: 'TCP port to listen on; 0 takes a free one',
    shown: '3000',
    read: integer('PORT', 3000, 0, 65535),
  },
  host: {
    env: 'HOST',
    flag: '--host',
    description: 'address to listen on',
    shown: '127.0.0.1',
    read: text('127.0.0.1'),
  },
  dataDir: {
    env: 'BLAMEPROMPT_DATA_DIR',
    flag: '--data-dir',
    description: 'where the embedded PostgreSQL keeps its data',
    shown: '~/.local/share/blameprompt-enterprise, as root /var/lib/blameprompt-enterprise',
    read: (value: string | undefined) => value || defaultDataDir(),
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    flag: '--database-url',
    description: 'a PostgreSQL of your own, 15 or newer; without it the server runs its own PostgreSQL 18',
    shown: '(embedded)',
    read: optional,
  },
  databaseUrlDirect: {
    env: 'DATABASE_URL_DIRECT',
    description: 'reaches the same database past PgBouncer, as its owner: for migrations',
    shown: 'DATABASE_URL',
    read: optional,
  },
  databaseUrlReplica: {
    env: 'DATABASE_URL_REPLICA',
    description: 'a physical standby of DATABASE_URL, for reads that may be some seconds old',
    shown: '(none)',
    read: checked('DATABASE_URL_REPLICA', (value) => {
      if (value && !URL.canParse(value)) throw new Error('is no URL');
      return value || undefined;
    }),
  },
  replicaMaxLag: {
    env: 'DATABASE_REPLICA_MAX_LAG_SECONDS',
    description: 'a replica that is further behind is not asked',
    shown: '30',
    read: integer('DATABASE_REPLICA_MAX_LAG_SECONDS', 30, 1, 3600),
  },
  poolSize: {
    env: 'DATABASE_POOL_SIZE',
    description: 'connections to the database at most; as many again to a replica',
    shown: '10',
    read: integer('DATABASE_POOL_SIZE', 10, 1, 1000),
  },
  maxBodyBytes: {
    env: 'MAX_BODY_BYTES',
    description: 'largest request body, after decompression',
    shown: '33554432',
    read: integer('MAX_BODY_BYTES', 32 * 1024 * 1024, 1024, 1024 ** 3),
  },
  signingKey: {
    env: 'BLAMEPROMPT_SIGNING_KEY',
    description:
      'Ed25519 key (PKCS#8, as PEM or base64) that policy bundles and the audit log are signed with; alike for all servers of one database',
    shown: 'BLAMEPROMPT_SIGNING_KEY_FILE',
    read: optional,
  },
  signingKeyFile: {
    env: 'BLAMEPROMPT_SIGNING_KEY_FILE',
    description: 'a file that holds that key',
    shown: 'with the embedded PostgreSQL signing-key.pem in the data directory, made the first time; else none',
    read: optional,
  },
  bundleHours: {
    env: 'POLICY_BUNDLE_HOURS',
    description: 'how long a policy bundle holds without the server, at most',
    shown: '24',
    read: integer('POLICY_BUNDLE_HOURS', 24, 1, 8760),
  },
  webhookAllow: {
    env: 'BLAMEPROMPT_WEBHOOK_ALLOW',
    description:
      'private networks that webhooks may be sent to, as 10.1.0.0/16,192.168.7.9; with 127.0.0.1 also http to this machine',
    shown: 'none',
    read: checked('BLAMEPROMPT_WEBHOOK_ALLOW', (value) => toNetworks(value ? value.split(',') : [])),
  },
  syslog: {
    env: 'BLAMEPROMPT_SYSLOG_URL',
    description:
      'collector that audit events and violations of all orgs are forwarded to, as tls://siem.example.com:6514?format=cef; tls or tcp, and the format syslog, cef, ocsf, ecs or jsonl',
    shown: 'none',
    read: checked('BLAMEPROMPT_SYSLOG_URL', (value) => (value ? parseSyslogUrl(value) : undefined)),
  },
  reportsDir: {
    env: 'BLAMEPROMPT_REPORTS_DIR',
    description: 'a folder that scheduled reports are also written to, in one folder for each organisation',
    shown: '(none)',
    read: optional,
  },
  jobSlots: {
    env: 'JOB_SLOTS',
    description: 'background jobs that this server runs at a time; 0 leaves them to others on the same database',
    shown: '4',
    read: integer('JOB_SLOTS', 4, 0, 100),
  },
  perKey: {
    env: 'BLAMEPROMPT_RATE_PER_KEY',
    description: 'requests a minute with one key, in each server process; 0: no limit',
    shown: '3000',
    read: integer('BLAMEPROMPT_RATE_PER_KEY', 3000, 0, 1_000_000_000),
  },
  perAddress: {
    env: 'BLAMEPROMPT_RATE_PER_IP',
    description: 'requests a minute from one IP address (IPv6: one /64), in each server process; 0: no limit',
    shown: '12000',
    read: integer('BLAMEPROMPT_RATE_PER_IP', 12_000, 0, 1_000_000_000),
  },
  failedPerAddress: {
    env: 'BLAMEPROMPT_RATE_FAILED_PER_IP',
    description: 'requests a minute without a valid key from one IP address; 0: no limit',
    shown: '60',
    read: integer('BLAMEPROMPT_RATE_FAILED_PER_IP', 60, 0, 1_000_000_000),
  },
  trustProxy: {
    env: 'BLAMEPROMPT_TRUST_PROXY',
    description:
      'how many proxies of yours stand before the server: the address of the client is read that far from the end of X-Forwarded-For; 0: the header is not believed',
    shown: '0',
    read: integer('BLAMEPROMPT_TRUST_PROXY', 0, 0, 10),
  },
  headersMs: {
    env: 'BLAMEPROMPT_HEADERS_TIMEOUT_MS',
    description: "a request's headers must arrive in this time",
    shown: '10000',
    read: integer('BLAMEPROMPT_HEADERS_TIMEOUT_MS', 10_000, 10, 3_600_000),
  },
  requestMs: {
    env: 'BLAMEPROMPT_REQUEST_TIMEOUT_MS',
    description: 'a request with its body must arrive in this time',
    shown: '120000',
    read: integer('BLAMEPROMPT_REQUEST_TIMEOUT_MS', 120_000, 10, 3_600_000),
  },
  maxConnections: {
    env: 'BLAMEPROMPT_MAX_CONNECTIONS',
    description: 'connections of clients at most; more are closed at once',
    shown: '2000',
    read: integer('BLAMEPROMPT_MAX_CONNECTIONS', 2000, 1, 1_000_000),
  },
  metricsPort: {
    env: 'BLAMEPROMPT_METRICS_PORT',
    description: 'TCP port of /metrics (Prometheus); 0 takes a free one',
    shown: '(none)',
    read: (value: string | undefined) => (value ? integer('BLAMEPROMPT_METRICS_PORT', 0, 0, 65535)(value) : undefined),
  },
  metricsHost: {
    env: 'BLAMEPROMPT_METRICS_HOST',
    description: 'address of /metrics, which asks for no key',
    shown: '127.0.0.1',
    read: text('127.0.0.1'),
  },
  shutdownDelay: {
    env: 'BLAMEPROMPT_SHUTDOWN_DELAY_SECONDS',
    description:
      'after SIGTERM the server goes on for so long while /readyz says that it is going, so that a load balancer sends it nothing more',
    shown: '0',
    read: integer('BLAMEPROMPT_SHUTDOWN_DELAY_SECONDS', 0, 0, 600),
  },
  logLevel: {
    env: 'LOG_LEVEL',
    description: 'trace, debug, info, warn, error or silent',
    shown: 'info',
    read: oneOf('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'info'),
  },
} satisfies Record<string, Setting<unknown>>;

export type Config = { [K in keyof typeof settings]: ReturnType<(typeof settings)[K]['read']> } & {
  /** Of OpenTelemetry's own variables, which docs/operations.md lists. */
  tracing: TracingSettings | undefined;
};

/** Flags before environment before defaults. The only reader of process.env in the server. */
export function readConfig(flags: Record<string, string | boolean | undefined>, env = process.env): Config {
  const own = Object.fromEntries(
    Object.entries(settings).map(([name, setting]: [string, Setting<unknown>]) => [
      name,
      setting.read(flagOf(setting, flags) ?? env[setting.env]),
    ]),
  );
  return { ...own, tracing: readTracing(env) } as Config;
}

function flagOf({ flag }: Setting<unknown>, flags: Record<string, string | boolean | undefined>): string | undefined {
  const value = flag && flags[flag.slice(2)];
  return typeof value === 'string' ? value : undefined;
}
