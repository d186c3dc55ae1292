-- Uploads bodies of BENCH_SIZE bytes of which no two are equal, in this run or another: each begins
-- with BENCH_RUN and a counter. They are said to be of BENCH_TYPE. BENCH_METHOD is POST to the URL's own path, or PUT to names below it.
local method = os.getenv("BENCH_METHOD")
local run = os.getenv("BENCH_RUN")
local size = tonumber(os.getenv("BENCH_SIZE"))
local count = 0
local filler

function init(args)
   math.randomseed(7)
   local bytes = {}
   for i = 1, size do
      bytes[i] = string.char(math.random(0, 255))
   end
   filler = table.concat(bytes)
   wrk.headers["Content-Type"] = os.getenv("BENCH_TYPE")
end

function request()
   count = count + 1
   local stamp = string.format("%s-%012d.", run, count)
   local path = wrk.path
   if method == "PUT" then
      path = path .. run .. "-" .. count
   end
   return wrk.format(method, path, nil, stamp .. filler:sub(#stamp + 1))
end
