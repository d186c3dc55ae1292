-- Requests the paths of a list in turn; BENCH_PATHS names the file, one path a line.
local requests = {}
local next_request = 0

function init(args)
   for path in io.lines(os.getenv("BENCH_PATHS")) do
      requests[#requests + 1] = wrk.format("GET", path)
   end
end

function request()
   next_request = next_request % #requests + 1
   return requests[next_request]
end
