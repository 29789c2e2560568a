import test from 'ava';
import TypeBox from 'typebox';
import Type from './schema.js';

/** The same schemas, made by either. */
function samples(of: typeof Type) {
  const name = of.String({ minLength: 1, description: 'a name' });
  const optional = of.Optional(name);
  return [
    [of.String(), of.Integer({ minimum: 0 }), of.Number(), of.Boolean(), of.Null(), of.Unknown({ description: 'x' })],
    [of.Literal('a'), of.Literal(1), of.Enum(['a', 'b'], { description: 'x' }), of.Union([name, of.Null()])],
    [of.Array(name, { maxItems: 3 }), of.Record(of.String(), name), of.Unsafe({ ...name, nullable: true })],
    [of.Object({}), of.Object({ a: name }, { additionalProperties: false }), of.Object({ a: optional })],
    of.Object({ a: name, b: optional, c: of.Optional(of.Object({ d: optional, e: name })), f: { ...optional } }),
  ];
}

test('schemas are those that TypeBox makes', (t) => {
  t.deepEqual(JSON.parse(JSON.stringify(samples(Type))), JSON.parse(JSON.stringify(samples(TypeBox))));
});

test('what is optional by itself stays optional where it is used again', (t) => {
  const optional = Type.Optional(Type.String());
  t.false('required' in Type.Object({ a: optional, b: optional }));
  t.deepEqual(Type.Object({ a: Type.Unsafe({ ...optional }) }).required, ['a']);
});
