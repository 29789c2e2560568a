import type { PolicyInput } from '../api/policies.js';
import type { PolicyFault } from './errors.js';

type Fault = (pattern: string) => string | undefined;

/** Patterns that can match nothing, or not what their author meant. */
export function patternFaults({ rule, scope, exemptions = [] }: PolicyInput): PolicyFault[] {
  return [
    ...Object.entries(rule).flatMap(([name, value]) =>
      Array.isArray(value) && value.every((item) => typeof item === 'string')
        ? each(`/rule/${name}`, value, name === 'forbidden_paths' ? pathFault : nameFault)
        : [],
    ),
    ...each('/scope/repos', scope?.repos, nameFault),
    ...exemptions.flatMap(({ repos, paths }, n) => [
      ...each(`/exemptions/${n}/repos`, repos, nameFault),
      ...each(`/exemptions/${n}/paths`, paths, pathFault),
    ]),
  ];
}

function each(pointer: string, patterns: readonly string[] = [], fault: Fault): PolicyFault[] {
  return patterns.flatMap((pattern, n) => {
    const message = fault(pattern);
    return message === undefined ? [] : [{ pointer: `${pointer}/${n}`, message }];
  });
}

const nameFault: Fault = (pattern) => (pattern.trim() === '' ? 'must not be blank' : undefined);

function pathFault(pattern: string): string | undefined {
  if (pattern.startsWith('!')) return 'cannot take back another pattern (!): name what is meant, or write an exemption';
  if (pattern.replaceAll('/', '').trim() === '') return 'must name a file or a folder';
  if (pattern.split('/').some((part) => part === '.' || part === '..')) return 'must be a path without . and ..';
  return undefined;
}
