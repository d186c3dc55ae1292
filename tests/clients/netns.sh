#!/bin/bash
# netns.sh COMMAND...   Runs COMMAND on a private network, from which nothing reaches the machine's network.
#
#   10.99.0.1        where COMMAND runs: the gateway
#   10.99.0.2-9      clients that reach the gateway and each other
#   10.99.0.64-99    clients that reach the gateway and never each other, so that it is their only peer
#   10.99.0.254      the router between them
#
# Every address is a host of its own, a network namespace with one device and a loopback, which
# `nsenter --net=/run/netns/ADDRESS COMMAND` enters. (Several addresses on one loopback do not do:
# Transmission drops peers in 127/8, and libtorrent binds to devices, past any routing rule.) All go
# with the last process. Needs no root where unprivileged user namespaces are allowed.
set -eu

if [ "${1-}" != --inside ]; then
    user=()
    [ "$(id -u)" = 0 ] || user=(--user --map-current-user --keep-caps)
    exec unshare "${user[@]}" --net --mount "$0" --inside "$@"
fi
shift

# ip keeps the names of namespaces below /run, which belongs to root.
mount -t tmpfs tmpfs /run

ip link set lo up
ip address add 10.99.0.254/32 dev lo
echo 1 >/proc/sys/net/ipv4/ip_forward
ip rule add from 10.99.0.64/26 to 10.99.0.64/26 prohibit

for last in 1 $(seq 2 9) $(seq 64 99); do
    host=10.99.0.$last
    ip netns add "$host"
    ip -batch - <<COMMANDS
link add to$last type veth peer name eth0 netns $host
link set to$last up
route add $host dev to$last
COMMANDS
    ip -n "$host" -batch - <<COMMANDS
link set lo up
address add $host/32 dev eth0
link set eth0 up
route add 10.99.0.254 dev eth0
route add default via 10.99.0.254
COMMANDS
done
# Or the router would go with this process, which leaves it now.
ip netns attach 10.99.0.254 $$
exec nsenter --net=/run/netns/10.99.0.1 "$@"
