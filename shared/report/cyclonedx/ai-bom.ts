import { stableId } from '../../ids.js';
import { visible } from '../display.js';
import type { AiInventory, Model } from './types.js';

/**
 * CycloneDX 1.6 (ECMA-424) bill of materials of AI models: a component for each model that was seen, one for each repository, and
 * which depends on which. The serial number follows from organisation and period: the same input gives the same bytes.
 * Source: https://cyclonedx.org/docs/1.6/json/
 */
export function toAiBom({ organisation, period, generator, models, repositories }: AiInventory) {
  const root = `organisation:${organisation.id}`;
  const repositoryRef = (name: string) => `repository:${stableId('cyclonedx', organisation.id, name)}`;
  const modelRef = ({ provider, name }: Pick<Model, 'provider' | 'name'>) =>
    `model:${stableId('cyclonedx', organisation.id, provider ?? '', name)}`;
  const known = new Set(models.map(modelRef));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${stableId('cyclonedx', organisation.id, period.from, period.to)}`,
    version: 1,
    metadata: {
      timestamp: period.to,
      lifecycles: [{ phase: 'operations' }],
      tools: { components: [{ type: 'application', name: generator.name, version: generator.version }] },
      component: { type: 'application', 'bom-ref': root, name: visible(organisation.name) },
      properties: [property('period_from', period.from), property('period_to', period.to)],
    },
    components: [
      ...models.map((model) => modelComponent(modelRef(model), model)),
      ...repositories.map(({ name }) => ({ type: 'application', 'bom-ref': repositoryRef(name), name: visible(name) })),
    ],
    dependencies: [
      { ref: root, dependsOn: repositories.map(({ name }) => repositoryRef(name)) },
      ...repositories.map(({ name, models: used }) => ({
        ref: repositoryRef(name),
        dependsOn: [...new Set(used.map(modelRef))].filter((ref) => known.has(ref)),
      })),
      ...[...known].map((ref) => ({ ref })),
    ],
  };
}

function modelComponent(ref: string, { name, provider, tools, usage }: Model) {
  return {
    type: 'machine-learning-model',
    'bom-ref': ref,
    ...(provider === null ? {} : { supplier: { name: visible(provider) }, publisher: visible(provider) }),
    name: visible(name),
    properties: [
      ...tools.map((tool) => property('tool', tool)),
      ...usage.map((figure) => property(figure.name, String(figure.value))),
    ],
  };
}

/** Names under `blameprompt:`, as the taxonomy of CycloneDX properties asks for. */
const property = (name: string, value: string) => ({ name: `blameprompt:${name}`, value: visible(value) });
