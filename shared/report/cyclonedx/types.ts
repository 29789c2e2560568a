/** Which AI models were seen at work in which repositories, as the bill of materials is made of it. Instants are RFC 3339, UTC. */
export interface AiInventory {
  organisation: { id: string; name: string };
  period: { from: string; to: string };
  generator: { name: string; version: string };
  /** Unique by provider and name. */
  models: Model[];
  /** Unique by name. */
  repositories: { name: string; models: Pick<Model, 'provider' | 'name'>[] }[];
}

export interface Model {
  name: string;
  /** Null: not known. */
  provider: string | null;
  /** Names of the tools that it was used with. */
  tools: string[];
  /** Such as `receipts` or `cost_usd`. */
  usage: { name: string; value: number | string }[];
}
