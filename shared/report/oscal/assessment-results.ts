import { stableId } from '../../ids.js';
import { line, markdown, multiline, token } from './text.js';
import type { Assessment, Control, Observation } from './types.js';

export const OSCAL_VERSION = '1.1.3';
const NAMESPACE = 'urn:blameprompt:oscal';

/**
 * OSCAL assessment results (NIST, JSON): one result with an observation for each thing that was seen. No findings: whether a
 * control is satisfied is for an assessor to say. Identities are UUIDv5 of names and dates those of the period, so that
 * the same input gives the same bytes.
 * Source: https://pages.nist.gov/OSCAL/resources/concepts/layer/assessment/assessment-results/
 */
export function toAssessmentResults(assessment: Assessment) {
  const { type, organisation, period, controls } = assessment;
  const id = (...parts: string[]) => stableId('oscal', organisation.id, type, period.from, period.to, ...parts);
  const title = `${line(assessment.title)} – ${line(organisation.name)}`;
  const party = stableId('oscal', organisation.id);
  const observations = controls.flatMap((control) =>
    control.observations.map((observation) => toObservation(id, control, observation)),
  );
  return {
    'assessment-results': {
      uuid: id(),
      metadata: {
        title: markdown(title),
        'last-modified': period.to,
        version: `${period.from}/${period.to}`,
        'oscal-version': OSCAL_VERSION,
        props: [{ name: 'generator', ns: NAMESPACE, value: line(assessment.generator) }],
        roles: [{ id: 'assessed', title: 'The organisation whose records these are' }],
        parties: [{ uuid: party, type: 'organization', name: line(organisation.name) }],
        'responsible-parties': [{ 'role-id': 'assessed', 'party-uuids': [party] }],
      },
      'import-ap': { href: `#${id('plan')}` },
      results: [
        {
          uuid: id('result'),
          title: markdown(title),
          description:
            'What the receipts of AI-assisted changes and the audit log say of these controls. Evidence; no verdict.',
          start: period.from,
          end: period.to,
          'reviewed-controls': {
            'control-selections': [
              { 'include-controls': controls.map((control) => ({ 'control-id': token(control.id) })) },
            ],
          },
          ...(observations.length > 0 ? { observations } : {}),
        },
      ],
      'back-matter': {
        resources: [
          {
            uuid: id('plan'),
            title: 'No assessment plan',
            description:
              'Observations are made continuously from what was recorded; there is no assessment plan to refer to.',
          },
        ],
      },
    },
  };
}

function toObservation(id: (...parts: string[]) => string, control: Control, observation: Observation) {
  return {
    uuid: id('observation', control.id, observation.id),
    title: markdown(line(observation.title)),
    description: markdown(multiline(observation.description)),
    props: [
      { name: 'control-id', ns: NAMESPACE, value: token(control.id) },
      { name: 'control-title', ns: NAMESPACE, value: line(control.title) },
      ...observation.figures.map(({ name, value }) => ({
        name: token(name),
        ns: NAMESPACE,
        value: line(String(value)),
      })),
    ],
    methods: ['EXAMINE'],
    types: ['control-objective'],
    collected: observation.collected,
  };
}
