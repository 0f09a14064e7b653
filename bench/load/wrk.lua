-- What wrk runs for wrk.ts. Its one argument is a file of requests as they go over the wire, each after a line with
-- its length in bytes. They are read once, since putting a request together costs more than sending it.

local requests = {}
local turn = 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for length in file:lines() do
    requests[#requests + 1] = file:read(tonumber(length))
  end
  file:close()
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"us":%d,"answers":%d,"bytes":%d,"p50Us":%d,"p99Us":%d,"maxUs":%d,"refused":%d,"errors":%d}\n',
    summary.duration, summary.requests, summary.bytes, latency:percentile(50), latency:percentile(99), latency.max,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
