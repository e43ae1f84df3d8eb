--- What an operator would write in place of the gate: verify the checksum over the bytes of `data` as they came,
--- refuse a repeat that a shared dictionary knows, and let the application have the rest. It has no strict JSON, one
--- key, one encoding, and a memory that ends with nginx.
local ffi = require('ffi')
local byte, sub, find, lower = string.byte, string.sub, string.find, string.lower

-- nginx is linked with libcrypto. A context that keeps its key is cheaper than the one-shot HMAC().
ffi.cdef([[
  typedef struct evp_md_st EVP_MD;
  typedef struct hmac_ctx_st HMAC_CTX;
  const EVP_MD *EVP_sha256(void);
  HMAC_CTX *HMAC_CTX_new(void);
  int HMAC_Init_ex(HMAC_CTX *ctx, const void *key, int len, const EVP_MD *md, void *impl);
  int HMAC_Update(HMAC_CTX *ctx, const unsigned char *data, size_t len);
  int HMAC_Final(HMAC_CTX *ctx, unsigned char *md, unsigned int *len);
]])
local crypto = ffi.C

local retention_s, lease_s = 7 * 24 * 3600, 60
local in_flight, delivered = 1, 2
local QUOTE, BACKSLASH, COMMA, COLON = 34, 92, 44, 58
local OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST = 123, 125, 91, 93

--- Place after the string that opens at `at`.
local function after_string(text, at)
  local i = at + 1
  while true do
    local c = byte(text, i)
    if c == nil then return nil end
    if c == QUOTE then return i + 1 end
    i = i + (c == BACKSLASH and 2 or 1)
  end
end

--- Place after the value that starts at `at`.
local function after_value(text, at)
  local depth, i = 0, at
  while true do
    local c = byte(text, i)
    if c == nil then return nil end
    if c == QUOTE then
      i = after_string(text, i)
      if i == nil then return nil end
      if depth == 0 then return i end
    elseif c == OPEN_OBJECT or c == OPEN_LIST then
      depth, i = depth + 1, i + 1
    elseif c == CLOSE_OBJECT or c == CLOSE_LIST then
      if depth == 0 then return i end
      depth, i = depth - 1, i + 1
      if depth == 0 then return i end
    elseif depth == 0 and c == COMMA then
      return i
    else
      i = i + 1
    end
  end
end

--- The values of the top-level members as they were written; nil where this is no object.
local function members(text)
  local found, at = {}, find(text, '{', 1, true)
  if at == nil then return nil end
  at = at + 1
  while true do
    at = find(text, '[^%s,]', at)
    if at == nil then return nil end
    if byte(text, at) == CLOSE_OBJECT then return found end
    if byte(text, at) ~= QUOTE then return nil end
    local name_ends = after_string(text, at)
    if name_ends == nil then return nil end
    local name = sub(text, at + 1, name_ends - 2)
    local colon = find(text, '%S', name_ends)
    if colon == nil or byte(text, colon) ~= COLON then return nil end
    local from = find(text, '%S', colon + 1)
    local to = from and after_value(text, from)
    -- A name that comes twice could be read in two ways.
    if to == nil or found[name] ~= nil then return nil end
    found[name] = sub(text, from, to - 1)
    at = to
  end
end

local function unquoted(text)
  return text and byte(text, 1) == QUOTE and sub(text, 2, -2) or nil
end

local hex_digits = '0123456789abcdef'
local function hex_of(bytes, count, into)
  for i = 0, count - 1 do
    local b = bytes[i]
    into[2 * i] = byte(hex_digits, bit.rshift(b, 4) + 1)
    into[2 * i + 1] = byte(hex_digits, bit.band(b, 15) + 1)
  end
  return ffi.string(into, 2 * count)
end

--- In a time that does not tell where the two differ.
local function same(left, right)
  if #left ~= #right then return false end
  local difference = 0
  for i = 1, #left do difference = bit.bor(difference, bit.bxor(byte(left, i), byte(right, i))) end
  return difference == 0
end

local function new(secret, memory)
  local context = crypto.HMAC_CTX_new()
  assert(crypto.HMAC_Init_ex(context, secret, #secret, crypto.EVP_sha256(), nil) == 1)
  local digest, text = ffi.new('unsigned char[32]'), ffi.new('char[64]')

  local function checksum(message)
    crypto.HMAC_Init_ex(context, nil, 0, nil, nil)
    crypto.HMAC_Update(context, message, #message)
    crypto.HMAC_Final(context, digest, nil)
    return hex_of(digest, 32, text)
  end

  local function refuse(status, sentence)
    ngx.status = status
    ngx.header.content_length = #sentence
    ngx.print(sentence)
    return ngx.exit(status)
  end

  local gate = {}

  function gate.access()
    if ngx.req.get_method() ~= 'POST' then return refuse(405, 'POST only') end
    ngx.req.read_body()
    local body = ngx.req.get_body_data()
    local event = body and members(body)
    local name, data, claimed = event and unquoted(event.event), event and event.data, event and unquoted(event.checksum)
    if name == nil or data == nil then return refuse(400, 'not an event') end
    local expected = checksum(name .. '|' .. data)
    if claimed == nil or not same(lower(claimed), expected) then return refuse(401, 'wrong checksum') end
    -- One step: of two at once only one gets in.
    local claimed_now, why = memory:add(expected, in_flight, lease_s)
    if claimed_now then
      ngx.ctx.key = expected
    elseif why == 'exists' then
      if memory:get(expected) == delivered then
        ngx.header['Hookgate-Duplicate'] = 'true'
        return refuse(200, 'delivered before')
      end
      return refuse(409, 'in flight')
    else
      return refuse(503, 'no memory left')
    end
  end

  function gate.log()
    local key = ngx.ctx.key
    if key == nil then return end
    if ngx.status >= 200 and ngx.status < 300 then
      memory:set(key, delivered, retention_s)
    else
      memory:delete(key)
    end
  end

  return gate
end

return { new = new }
