import test from 'ava';
import { isLoopback, isReachable, toNetworks } from './addresses.js';
import { faultOfUrl } from './guard.js';

const none = toNetworks([]);

test('addresses of private, local and special networks are refused, public ones are not', (t) => {
  for (const address of [
    ...[
      '0.0.0.0',
      '10.0.0.1',
      '100.64.0.1',
      '127.0.0.1',
      '127.255.255.254',
      '169.254.169.254',
      '172.16.0.1',
      '172.31.255.255',
    ],
    ...['192.0.0.192', '192.168.1.1', '198.18.0.1', '224.0.0.1', '239.1.2.3', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:a9fe:a9fe', '::FFFF:10.0.0.1'],
    ...['64:ff9b::7f00:1', '64:ff9b:1::1', '100::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', '5f00::1'],
    ...['fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', 'example.com', '', '127.1', '1'],
  ])
    t.false(isReachable(address, none), address);
  for (const address of [
    '1.1.1.1',
    '93.184.215.14',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00:1450::1',
    '::ffff:1.1.1.1',
  ])
    t.true(isReachable(address, none), address);
});

test('the operator allows networks, and only those', (t) => {
  const allowed = toNetworks(['10.1.0.0/16', ' 127.0.0.1', 'fd12::/16']);
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '127.0.0.1', 'fd12::1'])
    t.true(isReachable(address, allowed), address);
  for (const address of ['10.2.0.1', '127.0.0.2', '::1', 'fd13::1', '169.254.169.254'])
    t.false(isReachable(address, allowed), address);
  t.true(isLoopback('127.9.9.9') && isLoopback('::1') && isLoopback('::ffff:127.0.0.1'));
  t.false(isLoopback('10.0.0.1') || isLoopback('localhost'));
  for (const text of ['10.0.0.0/33', '10.0.0/8', 'example.com', '::/129', '10.0.0.0/8/8', '10.0.0.0/', ''])
    t.throws(() => toNetworks([text]), { instanceOf: RangeError }, text);
});

test('a URL that cannot be meant is refused when it is stored', (t) => {
  for (const url of [
    ...['http://example.com/', 'ftp://example.com/', 'file:///etc/passwd', 'javascript:alert(1)', 'example.com', ''],
    ...[
      'https://user:pass@example.com/',
      'https://example.com/#a',
      'https://127.0.0.1/',
      'https://localhost.:1/'.replace('localhost.', '[::1]'),
    ],
    // Decimal, octal, hexadecimal, short: a URL parser makes dotted addresses of them all.
    ...[
      'https://2130706433/',
      'https://0177.0.0.1/',
      'https://0x7f.1/',
      'https://127.1/',
      'https://0/',
      'https://[::ffff:10.0.0.1]/',
    ],
    ...['https://169.254.169.254/latest/meta-data', 'https://①②⑦.0.0.1/'],
  ])
    t.truthy(faultOfUrl(url, none), url);
  t.is(faultOfUrl('https://hooks.example.com:8443/a?b=c', none), undefined);
  const allowed = toNetworks(['127.0.0.1']);
  t.is(faultOfUrl('http://127.0.0.1:8080/', allowed), undefined);
  t.is(faultOfUrl('http://localhost:8080/', allowed), undefined);
  t.truthy(faultOfUrl('http://10.0.0.1/', toNetworks(['10.0.0.0/8'])), 'plain HTTP is for loopback only');
});
