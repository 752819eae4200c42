import { createServer, type ServerResponse } from 'node:http';
import { listening, openPool, PARTNER_HEADER, servePeer } from './peer.ts';

interface Body {
  query: string;
  variables: {
    areaCode: string;
    id: string;
    code: string;
    input: { needId: string; quantity: number; idempotencyKey: string };
  };
}

/** A statement that answers one document with one text, and the values it takes from a request. */
interface Statement {
  name: string;
  text: string;
  values(variables: Body['variables'], partnerId: string): unknown[];
}

const data = (field: string, value: string) =>
  `json_build_object('data', json_build_object('${field}', ${value}))::text as text`;

const COVERAGE = `json_build_object('needed', sum(needed)::float8, 'pledged', sum(pledged)::float8, 'committed',
  sum(committed)::float8, 'delivered', sum(delivered)::float8, 'verified', sum(verified)::float8, 'openNeeds', sum(open)::int)`;
const SYNERGY = `json_build_object('villages', sum(villages)::int, 'untouched', sum(untouched)::int, 'singleColour',
  sum(single)::int, 'multiColour', sum(multi)::int, 'synergy', sum(synergy)::int)`;

/** Rows become JSON as they are: that takes half of what json_build_object and an ordered json_agg do. */
const statements: Readonly<Record<string, Statement>> = {
  Board: {
    name: 'board',
    text: `select concat('{"data":{"villages":{"nodes":', coalesce(json_agg(v), '[]'), '}}}') as text from (
      select id, code, name, (
        select json_build_object('nodes', coalesce(json_agg(n), '[]')) from (
          select id, title, unit, quantity, quantity - pledged - committed as remaining, (
            select json_build_object('nodes', coalesce(json_agg(p), '[]')) from (
              select quantity, status, (
                select row_to_json(s) from (select name from partners where id = p.partner_id) as s) as partner
              from pledges p where need_id = n.id order by p.id desc limit 5) as p) as pledges
          from needs n where village_id = v.id and status = 'OPEN' order by n.id desc limit 10) as n) as needs
      from villages v where code > $1 and code < $2 order by code limit 20) as v`,
    values: ({ areaCode }) => [`${areaCode}.`, `${areaCode}/`],
  },
  Latest: {
    name: 'latest',
    text: `select concat('{"data":{"pledges":{"nodes":', coalesce(json_agg(p), '[]'), '}}}') as text from (
      select id, quantity, status, created_at as "createdAt", (
          select row_to_json(n) from (
            select id, title, unit, (
              select row_to_json(v) from (select id, code, name from villages where id = n.village_id) as v) as village
            from needs n where n.id = p.need_id) as n) as need,
        (select row_to_json(s) from (select id, name from partners where id = p.partner_id) as s) as partner
      from pledges p order by id desc limit 50) as p`,
    values: () => [],
  },
  Need: {
    name: 'need',
    text: `select ${data(
      'need',
      `json_build_object('id', id, 'title', title, 'status', status, 'quantity', quantity,
      'remaining', quantity - pledged - committed)`,
    )} from needs where id = $1`,
    values: ({ id }) => [id],
  },
  Areas: {
    name: 'areas',
    text: `with figures as materialized (
        select c.code, c.name, count(v.id) as villages, coalesce(sum(needed_rupiah), 0) as needed,
          coalesce(sum(pledged_rupiah), 0) as pledged, coalesce(sum(committed_rupiah), 0) as committed,
          coalesce(sum(delivered_rupiah), 0) as delivered, coalesce(sum(verified_rupiah), 0) as verified,
          coalesce(sum(open_needs), 0) as open, count(*) filter (where synergy = 'UNTOUCHED') as untouched,
          count(*) filter (where synergy = 'SINGLE_COLOUR') as single,
          count(*) filter (where synergy = 'MULTI_COLOUR') as multi, count(*) filter (where synergy = 'SYNERGY') as synergy
        from areas a join areas c on c.parent_id = a.id left join villages v on v.code >= c.code and v.code < c.code || '/'
        where a.code = $1 group by c.code, c.name)
      select ${data(
        'area',
        `json_build_object('code', a.code, 'name', a.name, 'coverage', (select ${COVERAGE} from figures), 'synergy',
          (select ${SYNERGY} from figures), 'children', (select json_agg(child order by code) from (
            select code, json_build_object('code', code, 'name', name, 'coverage', ${COVERAGE}, 'synergy', ${SYNERGY}) as child
            from figures group by code, name) as children))`,
      )} from areas a where a.code = $1`,
    values: ({ code }) => [code],
  },
  Claim: {
    name: 'claim',
    text: 'select claim_answer($1, $2, $3, $4)::text as text',
    values: ({ input }, partnerId) => [input.needId, partnerId, input.quantity, input.idempotencyKey],
  },
};

/** Each operation's name in its document, which tells the statement. */
const OPERATION = /^\w+ (\w+)/;

/**
 * The limit: a hand-written, prepared statement a request, whose JSON goes to the socket as it comes from PostgreSQL,
 * behind node:http. It parses no GraphQL and asks nobody who he is.
 */
await servePeer((databaseUrl) => {
  const pool = openPool(databaseUrl);
  const answer = async (text: string, partnerId: string): Promise<string> => {
    const { query, variables } = JSON.parse(text) as Body;
    const statement = statements[OPERATION.exec(query)![1]!]!;
    const values = statement.values(variables, partnerId);
    const { rows } = await pool.query<{ text: string }>({
      name: statement.name,
      text: statement.text,
      values,
    });
    return rows[0]!.text;
  };
  const reply = async (text: string, partnerId: string, response: ServerResponse) => {
    try {
      const body = Buffer.from(await answer(text, partnerId));
      const headers = { 'content-type': 'application/json', 'content-length': body.length };
      response.writeHead(200, headers).end(body);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void reply(Buffer.concat(chunks).toString(), String(request.headers[PARTNER_HEADER]), response);
    });
  });
  return listening(server);
});
