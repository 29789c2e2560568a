import type { Recorder } from './span.js';

type Sampler = Recorder['sampler'];

/** Decides by the end of the trace's id, which W3C Trace Context wants random: all servers decide alike. 13 digits are what a number holds exactly. */
const ofRatio =
  (ratio: number): Sampler =>
  (traceId) =>
    Number.parseInt(traceId.slice(-13), 16) >= (1 - ratio) * 16 ** 13;

const parentBased =
  (root: Sampler): Sampler =>
  (traceId, parent) =>
    parent?.sampled ?? root(traceId, parent);

const always: Sampler = () => true;
const never: Sampler = () => false;

/** The values of OTEL_TRACES_SAMPLER; `ratio` is what OTEL_TRACES_SAMPLER_ARG says, 0 to 1. */
export const samplers: Record<string, (ratio: number) => Sampler> = {
  always_on: () => always,
  always_off: () => never,
  traceidratio: ofRatio,
  parentbased_always_on: () => parentBased(always),
  parentbased_always_off: () => parentBased(never),
  parentbased_traceidratio: (ratio) => parentBased(ofRatio(ratio)),
};
