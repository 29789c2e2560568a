import { Flags } from '@oclif/core';
import { SIEM_FORMATS } from '../../shared/siem/format.js';
import { CliError } from '../errors.js';

const WHAT = 'ocsf, ecs and jsonl are JSON Lines, cef and syslog (RFC 5424) lines of text';

export const siemFormatFlag = Flags.option({ options: SIEM_FORMATS, description: WHAT });

/** With --json the output is the command's result, and the lines need a file. */
export function refuseJsonWithoutFile(isJson: boolean, path: string | undefined): void {
  if (isJson && path === undefined)
    throw new CliError('output_missing', 'With --json the events go to a file: name it with -o.');
}
