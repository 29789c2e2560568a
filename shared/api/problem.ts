import Type, { type Static } from '../schema.js';

/** RFC 9457 problem details, as every error of the API is answered. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String({ description: 'stable, for programs' }),
  detail: Type.String({ description: 'for people; names the next step' }),
  errors: Type.Optional(
    Type.Array(
      Type.Object({
        in: Type.Enum(['body', 'query', 'path', 'header']),
        pointer: Type.String({ description: 'JSON Pointer into that part of the request' }),
        message: Type.String(),
      }),
    ),
  ),
  request_id: Type.String(),
});
export type Problem = Static<typeof Problem>;
export type Fault = NonNullable<Problem['errors']>[number];
