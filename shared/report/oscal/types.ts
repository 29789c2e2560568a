/** What was seen of each control in a period, as OSCAL is made of it. Instants are RFC 3339, UTC. */
export interface Assessment {
  /** Such as `soc2`; part of all identities. */
  type: string;
  title: string;
  organisation: { id: string; name: string };
  period: { from: string; to: string };
  generator: string;
  /** At least one; ids are unique, such as `CC6.1` or `A.5.9`. */
  controls: Control[];
}

export interface Control {
  id: string;
  title: string;
  observations: Observation[];
}

export interface Observation {
  /** Unique in its control. */
  id: string;
  title: string;
  description: string;
  /** When the newest record that it rests on was made; the end of the period, where none is. */
  collected: string;
  /** Names in snake_case or with hyphens. */
  figures: { name: string; value: string | number | boolean }[];
}
