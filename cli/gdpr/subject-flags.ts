import { Flags } from '@oclif/core';
import type { SubjectInput } from '../../shared/api/data-subjects.js';

/** Whom a command is about. */
export const subjectFlags = {
  subject: Flags.string({ description: 'an address of the person; give all of them', multiple: true, required: true }),
  name: Flags.string({
    description: 'a further name; those beside the addresses and no others are found by themselves',
    multiple: true,
  }),
};

export const subjectOf = ({ subject, name }: { subject: string[]; name?: string[] | undefined }): SubjectInput => ({
  emails: subject,
  ...(name && { names: name }),
});
