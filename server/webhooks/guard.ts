import { type LookupAddress, lookup as resolve } from 'node:dns';
import { type BlockList, isIP } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { isLoopback, isReachable } from './addresses.js';

/** Why a webhook may not be sent to an address; undefined when nothing speaks against it before its name is looked up. */
export function faultOfUrl(text: string, allowed: BlockList): string | undefined {
  if (!URL.canParse(text)) return 'is no URL';
  const { protocol, hostname, username, password, hash } = new URL(text);
  if (username !== '' || password !== '') return 'may hold no password: receivers check the signature';
  if (hash !== '') return 'may have no fragment';
  const host = bare(hostname);
  const isAllowedLoopback =
    isLoopback(host === 'localhost' ? '127.0.0.1' : host) &&
    isReachable(host === 'localhost' ? '127.0.0.1' : host, allowed);
  if (protocol !== 'https:' && !(protocol === 'http:' && isAllowedLoopback)) return 'must begin with https://';
  if (isIP(host) !== 0 && !isReachable(host, allowed)) return 'is an address that this server may not send to';
  return undefined;
}

export class RefusedAddress extends Error {
  readonly code = 'REFUSED_ADDRESS';
}

/**
 * An HTTP client that checks addresses where connections are made, so that it makes no difference what a name resolved to before
 * (DNS rebinding), how an address is written, or what a URL looked like when it was stored. Plain HTTP goes to loopback only.
 * It asks no proxy and follows no redirects.
 */
export function guardedAgent(allowed: BlockList, timeoutMs: number): Agent {
  const refusal = (host: string) =>
    new RefusedAddress(
      `${host} is, or resolves to, an address that this server may not send to (BLAMEPROMPT_WEBHOOK_ALLOW)`,
    );
  const isFine = (address: string, protocol: string) =>
    isReachable(address, allowed) && (protocol === 'https:' || isLoopback(address));

  const connectorFor = (protocol: string) =>
    buildConnector({
      timeout: timeoutMs,
      lookup: (hostname, options, callback) => {
        resolve(hostname, { ...options, all: true }, (error, found) => {
          if (error) return callback(error, '', 0);
          // All of them must be fine: a name with one private address is none that the public should use.
          if (found.length === 0 || !found.every(({ address }) => isFine(address, protocol)))
            return callback(refusal(hostname), '', 0);
          answer(found, options.all === true, callback);
        });
      },
    });
  const connectors = { 'https:': connectorFor('https:'), 'http:': connectorFor('http:') };

  return new Agent({
    connect: (options, callback) => {
      const host = bare(options.hostname);
      // Sockets look up names only: an address is connected to as it is.
      if (isIP(host) !== 0 && !isFine(host, options.protocol)) return callback(refusal(host), null);
      connectors[options.protocol === 'https:' ? 'https:' : 'http:'](options, callback);
    },
    connections: 1,
    pipelining: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxHeaderSize: 16_384,
  });
}

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

function answer(found: LookupAddress[], all: boolean, callback: LookupCallback): void {
  if (all) callback(null, found);
  else callback(null, found[0]!.address, found[0]!.family);
}

const bare = (hostname: string) => hostname.replace(/^\[|\]$/g, '');
