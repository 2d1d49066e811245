#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who gets signalling without asking: by the default of the namespace, by a rule for the
# cgroup, by cspctl run.  What a socket says itself comes first.
. "$(dirname "$0")/../lib/lib.sh"

plan 38

two_hosts
listener server B tcp 0.0.0.0 80 prefer
listener plain B tcp 0.0.0.0 81

# State of a connection, and mode of its socket, made by a process that is started
# by COMMAND, and asks for MODE ("": for nothing).
try() { # MODE [COMMAND...]
	local mode=$1; shift
	sock client A "$@"
	client client A tcp 10.0.0.2 80 "$mode"
	connect client
	tell client info
	got="$(field state) $(field mode)"
	quit client
}

try ""
is "nobody asks" "$got" "none off"
try prefer
is "the socket asks" "$got" "established prefer"

# --- default of the namespace ------------------------------------------------------------------

count_from_here A
conf A default_mode=1
try ""
is "the default is to prefer" "$got" "established prefer"
ok "that is counted" counters_are A auto-flagged=1
try off
is "a socket says no" "$got" "none off"
try require
is "or wants more" "$got" "established require"
client client A udp 10.0.0.2 5000
listener udp-server B udp 0.0.0.0 5000 prefer
connect client
ok "UDP" datagram client udp-server 10
is "is signalled too" "$(state client)" established
quit client
conf A default_mode=2
client client A tcp 10.0.0.2 81
ok "the default is to require" not connect client
is "and the listener does not want to" "$(field error)" EPROTONOSUPPORT
quit client
listener local A tcp 127.0.0.1 80
ok "what stays on the host is plain" dial client A tcp 127.0.0.1 80
quit client local
listener local A udp 127.0.0.1 5000
dial client A udp 127.0.0.1 5000 "" 40000
ok "UDP too" datagram client local 10
tell local connect 127.0.0.1 40000
ok "both ways" datagram local client 10
quit client local
count_from_here A
listener local A udp 0.0.0.0 5000
dial client B udp 10.0.0.1 5000 require
ok "a server for everybody is asked from elsewhere" datagram client local 10
ok "that flags it" counters_are A auto-flagged=1 setup-in=1
quit client
dial client A udp 127.0.0.1 5000 "" 40000
ok "what it hears on the host is plain all the same" datagram client local 10
ok "and what it says" tell local sendto 127.0.0.1 40000 10
ok "arrives" tell client recv 10 5000
quit client local
listener local A tcp 127.0.0.1 80 require
client client A tcp 127.0.0.1 80
ok "unless a socket itself says otherwise" not connect client
quit client local
conf A default_mode=0
try ""
is "the default is off again" "$got" "none off"

conf B default_mode=1
dial client A tcp 10.0.0.2 81 require
is "a listener by default" "$(state client)" established
tell plain accept
ok "data" exchange client plain 10k
wait_for is_state plain established
is "its connection is signalled at both ends" "$(field mode)" prefer
quit client
tell plain close
wait_for empty B flow lport 81

# Kernel TLS takes the child at once, before the module looks for it.
# shellcheck disable=SC2317 # called by wait_for
taken() {
	say plain accept
	say plain setopt 6 31 746c73
	dial client A tcp 10.0.0.2 81 require
	hear plain && hear plain && return
	quit client
	tell plain close
	return 1
}
modprobe tls
ok "a child that kernel TLS has" wait_for taken
count_from_here B
served() { [ "$(ctl B -j flow lport 81 | jq -r '.[].state')" = "$1" ]; }	# STATE
ok "is signalled" wait_for served established
ok "though not flagged" counters_are B auto-flagged=0
deaf B
tell client reset
ok "its end is noticed, without a Detach of the peer" \
	wait_for counters_are B "detach-out=>0" detach-in=0
no_firewall B
ok "nothing is left of it" wait_for empty B flow lport 81
quit client
conf B default_mode=0

# --- rules ---------------------------------------------------------------------------------------

name=csp-$scenario group=/sys/fs/cgroup/$name
mkdir "$group" "$group/below"
# shellcheck disable=SC2016 # expanded over there
inside=(bash -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$group")

ctl A cgroup add "/$name" prefer
is "a rule" "$(ctl A -j cgroup | jq -r '.[] | "\(.cgroup) \(.mode)"')" "/$name prefer"
try ""
is "is not for other cgroups" "$got" "none off"
try "" "${inside[@]}"
is "it is for this one" "$got" "established prefer"
inside[3]=$group/below
try "" "${inside[@]}"
is "and for those below" "$got" "established prefer"
ctl A cgroup add "/$name/below" off
try "" "${inside[@]}"
is "a rule of their own comes first" "$got" "none off"
conf A default_mode=1
try "" "${inside[@]}"
is "also before the default" "$got" "none off"
conf A default_mode=0
ctl A cgroup del "/$name/below"
ctl A cgroup del "/$name"
try "" "${inside[@]}"
is "without rules there is none" "$got" "none off"
rmdir "$group/below" "$group"

try "" "$cspctl" run --
is "cspctl run" "$got" "established prefer"
try "" "$cspctl" run -m require --
is "cspctl run -m require" "$got" "established require"
is "leaves no rule behind" "$(ctl A -j cgroup | jq length)" 0
