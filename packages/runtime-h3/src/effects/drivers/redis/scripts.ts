/**
 * The atomic operations, as Lua scripts. KEYS[1] is the prefix of all keys. It has a hash tag, so
 * that the keys are in one slot of a cluster.
 *
 * - `job:ID`: hash with the job, its state and its fencing number
 * - `steps:ID`: hash with the stored steps
 * - `waiting:EFFECT`: sorted by -priority, then by the order in which the jobs were enqueued, which
 *   each member starts with
 * - `delayed:EFFECT`: sorted by time
 * - `active:EFFECT`: sorted by the end of the lease
 * - `all`, `dead`, `ended`: sorted by the order in which the jobs were enqueued
 * - `key:EFFECT:KEY`: id of the job; expires a day after its end
 * - `paused`: hash of paused effects, with who paused each
 * - `gone:ID`: an ended job that was removed for newer ones; a repeated enqueue must not create it
 *   again
 */
const SHARED = `
local P = KEYS[1]
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function keyOf(effect, key) return P .. 'key:' .. #effect .. ':' .. effect .. ':' .. key end
local function toWaiting(effect, priority, seq, id)
  redis.call('ZADD', P .. 'waiting:' .. effect, -tonumber(priority), string.format('%016d', tonumber(seq)) .. ':' .. id)
end
local function fromWaiting(effect, seq, id)
  return redis.call('ZREM', P .. 'waiting:' .. effect, string.format('%016d', tonumber(seq)) .. ':' .. id)
end
-- Fields of a job if this lease is valid, else nothing.
local function held(id, fence)
  local h = redis.call('HMGET', P .. 'job:' .. id, 'state', 'fence', 'effect', 'priority', 'seq', 'key', 'stepped')
  if h[1] == 'active' and h[2] == fence then return h end
end
-- Sets a damaged job aside, so that it costs no other job: as a dead letter if it still is a hash.
local function setAside(id, effect, reason, found)
  local job = P .. 'job:' .. id
  if redis.call('TYPE', job).ok == 'hash' then
    local seq = tonumber(redis.call('HGET', job, 'seq')) or redis.call('INCR', P .. 'seq')
    redis.call('HSET', job, 'state', 'dead', 'runAt', now, 'seq', seq, 'effect', effect, 'error', 'The job is damaged in the queue: ' .. reason .. '.')
    redis.call('ZADD', P .. 'dead', seq, id)
    redis.call('ZADD', P .. 'all', seq, id)
  else
    redis.call('ZREM', P .. 'all', id)
  end
  found[#found + 1] = id
end
local FIELDS = { 'payload', 'release', 'key', 'effect', 'attempt', 'priority', 'enqueuedAt', 'fence', 'seq', 'stepped', 'trace' }
-- Fields of a job and its steps, or nil and the reason why it can't be claimed.
local function fieldsOf(id)
  local h = redis.pcall('HMGET', P .. 'job:' .. id, unpack(FIELDS))
  if h.err then return nil, 'it is no hash' end
  for i = 1, 9 do
    if not h[i] or (i > 4 and not tonumber(h[i])) then return nil, 'its ' .. FIELDS[i] .. ' is damaged' end
  end
  local steps = h[10] and redis.pcall('HGETALL', P .. 'steps:' .. id) or {}
  if steps.err then return nil, 'its steps are damaged' end
  return h, steps
end
local function ended(id, state, seq, effect, key, stepped)
  redis.call('ZADD', P .. 'ended', seq, id)
  if key and key ~= '' then redis.call('PEXPIRE', keyOf(effect, key), DAY) end
  if stepped then redis.call('DEL', P .. 'steps:' .. id) end
  local over = redis.call('ZCARD', P .. 'ended') - KEPT
  if over > 0 then
    local old = redis.call('ZPOPMIN', P .. 'ended', math.min(over, 10))
    for i = 1, #old, 2 do
      redis.call('DEL', P .. 'job:' .. old[i])
      redis.call('ZREM', P .. 'all', old[i])
      redis.call('SET', P .. 'gone:' .. old[i], '', 'PX', REPEAT)
    end
  end
end
`;

const constants: Record<string, number> = {
  /** Milliseconds for which a key is stored after its job ended. */
  DAY: 24 * 60 * 60 * 1000,
  /** Number of ended jobs that stay visible. */
  KEPT: 10_000,
  /** Number of jobs of each list whose releases are read. */
  FIRST: 10,
  /** Milliseconds. Longer than the time for which an enqueue is retried. */
  REPEAT: 60_000,
};

const script = (body: string): string =>
  (SHARED + body).replaceAll(/\b(DAY|KEPT|FIRST|REPEAT)\b/g, (name) => String(constants[name]));

/** Arguments: id of the process, then nine per job. Returns the ids of the jobs. */
const enqueue = script(`
local ids = {}
local added = {}
-- Reserves a number for each job, also for those that exist.
local seq = redis.call('INCRBY', P .. 'seq', (#ARGV - 1) / 9) - (#ARGV - 1) / 9
for i = 2, #ARGV, 9 do
  local id, effect, payload, priority, runAt, delayed, key, release, trace =
    ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5], ARGV[i + 6], ARGV[i + 7], ARGV[i + 8]
  local known = key ~= '' and redis.call('GET', keyOf(effect, key))
  if known then ids[#ids + 1] = known
  elseif redis.call('EXISTS', P .. 'job:' .. id, P .. 'gone:' .. id) > 0 then ids[#ids + 1] = id
  else
    seq = seq + 1
    local state = delayed == '1' and 'delayed' or 'waiting'
    redis.call('HSET', P .. 'job:' .. id, 'effect', effect, 'payload', payload, 'priority', priority, 'attempt', 0, 'fence', 0, 'seq', seq,
      'enqueuedAt', now, 'runAt', runAt, 'state', state, 'key', key, 'release', release)
    if trace ~= '' then redis.call('HSET', P .. 'job:' .. id, 'trace', trace) end
    if key ~= '' then redis.call('SET', keyOf(effect, key), id) end
    redis.call('ZADD', P .. 'all', seq, id)
    if state == 'delayed' then redis.call('ZADD', P .. 'delayed:' .. effect, runAt, id) else toWaiting(effect, priority, seq, id) end
    ids[#ids + 1] = id
    added[effect] = true
  end
end
for effect in pairs(added) do redis.call('SADD', P .. 'effects', effect) end
if next(added) then redis.call('PUBLISH', P .. 'ready', ARGV[1]) end
return ids
`);

/**
 * Arguments: milliseconds of the lease, then effect, count and limit of each request. Returns
 * milliseconds until more jobs may be due (-1: unknown), the claimed jobs, and the ids of damaged jobs
 * that were set aside.
 */
const claim = script(`
local lease = tonumber(ARGV[1])
local claimed = {}
local damaged = {}
local nextDue = -1
local function back(list, effect)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. list .. effect, '-inf', now, 'LIMIT', 0, 1000)) do
    redis.call('ZREM', P .. list .. effect, id)
    local h, fault = fieldsOf(id)
    if h then
      redis.call('HSET', P .. 'job:' .. id, 'state', 'waiting')
      toWaiting(effect, h[6], h[9], id)
    else setAside(id, effect, fault, damaged) end
  end
end
for i = 2, #ARGV, 3 do
  local effect, room, limit = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  back('delayed:', effect)
  back('active:', effect)
  if limit > 0 then room = math.min(room, limit - redis.call('ZCARD', P .. 'active:' .. effect)) end
  if room > 0 then
    local popped = redis.call('ZPOPMIN', P .. 'waiting:' .. effect, room)
    for j = 1, #popped, 2 do
      local id = string.sub(popped[j], 18)
      local job = P .. 'job:' .. id
      local h, steps = fieldsOf(id)
      if h then
        local attempt, fence = h[5] + 1, h[8] + 1
        redis.call('HSET', job, 'state', 'active', 'attempt', attempt, 'fence', fence)
        redis.call('ZADD', P .. 'active:' .. effect, now + lease, id)
        claimed[#claimed + 1] = { id, effect, h[1], attempt, h[6], h[7], h[3], h[2], fence, steps, h[11] or '' }
      else setAside(id, effect, steps, damaged) end
    end
    room = room - #popped / 2
  end
  if room > 0 or limit > 0 then
    for _, list in ipairs({ 'delayed:', 'active:' }) do
      local first = redis.call('ZRANGE', P .. list .. effect, 0, 0, 'WITHSCORES')
      if first[2] then
        local wait = math.max(0, first[2] - now)
        if nextDue < 0 or wait < nextDue then nextDue = wait end
      end
    end
  end
end
return { nextDue, claimed, damaged }
`);

/** Arguments: id, fencing number, state, time and text of each. Returns 1 for each valid lease. */
const settle = script(`
local results = {}
for i = 1, #ARGV, 5 do
  local id, fence, verb, runAt, text = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local h = held(id, fence)
  if h then
    local job, effect = P .. 'job:' .. id, h[3]
    redis.call('ZREM', P .. 'active:' .. effect, id)
    if verb == 'completed' then
      redis.call('HSET', job, 'state', verb, 'runAt', now)
      if text ~= '' then redis.call('HSET', job, 'result', text) end
      ended(id, verb, h[5], effect, h[6], h[7])
    elseif verb == 'dead' then
      redis.call('HSET', job, 'state', verb, 'runAt', now, 'error', text)
      redis.call('ZADD', P .. 'dead', h[5], id)
    else
      redis.call('HSET', job, 'state', verb, 'runAt', runAt, 'error', text)
      if verb == 'delayed' then redis.call('ZADD', P .. 'delayed:' .. effect, runAt, id) else toWaiting(effect, h[4], h[5], id) end
    end
  end
  results[#results + 1] = h and 1 or 0
end
return results
`);

/**
 * Arguments: id, fencing number, verb and two values of each: extends a lease, stores progress or a
 * step. Returns 1 for each valid lease.
 */
const update = script(`
local results = {}
for i = 1, #ARGV, 5 do
  local id, fence, verb, first, second = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local h = held(id, fence)
  if h then
    if verb == 'extend' then redis.call('ZADD', P .. 'active:' .. h[3], now + tonumber(first), id)
    elseif verb == 'progress' then redis.call('HSET', P .. 'job:' .. id, 'progress', first)
    else
      redis.call('HSET', P .. 'steps:' .. id, first, second)
      redis.call('HSET', P .. 'job:' .. id, 'stepped', 1)
    end
  end
  results[#results + 1] = h and 1 or 0
end
return results
`);

/** Returns the numbers of waiting, delayed, active and dead jobs. */
const stats = script(`
local waiting, delayed, active = 0, 0, 0
for _, effect in ipairs(redis.call('SMEMBERS', P .. 'effects')) do
  waiting = waiting + redis.call('ZCARD', P .. 'waiting:' .. effect)
  for _, list in ipairs({ 'delayed:', 'active:' }) do waiting = waiting + redis.call('ZCOUNT', P .. list .. effect, '-inf', now) end
  delayed = delayed + redis.call('ZCOUNT', P .. 'delayed:' .. effect, '(' .. now, '+inf')
  active = active + redis.call('ZCOUNT', P .. 'active:' .. effect, '(' .. now, '+inf')
end
return { waiting, delayed, active, redis.call('ZCARD', P .. 'dead') }
`);

/**
 * Returns the effects and releases of the first jobs of each list, as alternating items of one
 * array.
 */
const due = script(`
local found = {}
for _, effect in ipairs(redis.call('SMEMBERS', P .. 'effects')) do
  local ids = redis.call('ZRANGE', P .. 'waiting:' .. effect, 0, FIRST)
  for i = 1, #ids do ids[i] = string.sub(ids[i], 18) end
  for _, list in ipairs({ 'delayed:', 'active:' }) do
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. list .. effect, '-inf', now, 'LIMIT', 0, FIRST)) do ids[#ids + 1] = id end
  end
  local seen = {}
  for _, id in ipairs(ids) do
    local release = redis.pcall('HGET', P .. 'job:' .. id, 'release')
    if type(release) == 'string' and not seen[release] then
      seen[release] = true
      found[#found + 1] = effect
      found[#found + 1] = release
    end
  end
end
return found
`);

/** Arguments: ids. Returns the number of changed jobs. */
const cancel = script(`
local count = 0
for _, id in ipairs(ARGV) do
  local h = redis.call('HMGET', P .. 'job:' .. id, 'state', 'effect', 'seq', 'key', 'stepped')
  local list = h[1] == 'delayed' and 'delayed:' or h[1] == 'active' and 'active:'
  local lost = h[1] == 'active' and tonumber(redis.call('ZSCORE', P .. 'active:' .. h[2], id)) <= now
  if h[1] == 'waiting' or h[1] == 'delayed' or lost then
    if list then redis.call('ZREM', P .. list .. h[2], id) else fromWaiting(h[2], h[3], id) end
    redis.call('HSET', P .. 'job:' .. id, 'state', 'cancelled', 'runAt', now)
    ended(id, 'cancelled', h[3], h[2], h[4], h[5])
    count = count + 1
  end
end
return count
`);

/** Arguments: ids. Returns the number of changed jobs. */
const redrive = script(`
local count = 0
for _, id in ipairs(ARGV) do
  local h = redis.call('HMGET', P .. 'job:' .. id, 'state', 'effect', 'priority', 'seq')
  if h[1] == 'dead' then
    redis.call('ZREM', P .. 'dead', id)
    redis.call('HSET', P .. 'job:' .. id, 'state', 'waiting', 'attempt', 0, 'runAt', now)
    toWaiting(h[2], h[3], h[4], id)
    count = count + 1
  end
end
if count > 0 then redis.call('PUBLISH', P .. 'ready', '') end
return count
`);

/**
 * Arguments: ids. Removes ended and dead jobs; their keys stay until they expire. Returns their
 * number.
 */
const purge = script(`
local count = 0
for _, id in ipairs(ARGV) do
  local h = redis.call('HMGET', P .. 'job:' .. id, 'state', 'effect', 'key')
  if h[1] == 'completed' or h[1] == 'cancelled' or h[1] == 'dead' then
    if h[1] == 'dead' and h[3] ~= '' then redis.call('PEXPIRE', keyOf(h[2], h[3]), DAY) end
    for _, list in ipairs({ 'all', 'ended', 'dead' }) do redis.call('ZREM', P .. list, id) end
    redis.call('DEL', P .. 'job:' .. id, P .. 'steps:' .. id)
    count = count + 1
  end
end
return count
`);

export const SCRIPTS = {
  enqueue,
  claim,
  settle,
  update,
  stats,
  due,
  cancel,
  redrive,
  purge,
} as const;
export type ScriptName = keyof typeof SCRIPTS;
