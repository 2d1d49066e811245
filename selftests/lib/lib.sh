# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What all scenarios share.  A scenario is a program that prints TAP, begins
#
#	#!/bin/bash
#	# SPDX-License-Identifier: GPL-2.0
#	#
#	# What it shows.
#	. "$(dirname "$0")/../lib/lib.sh"
#	plan 3
#
# and runs in the test machine: tools/vm/run -- selftests/scenarios/NAME.sh.
# Hosts are network namespaces; nothing of the machine's own is touched.
# Everything that is made here is gone when the scenario ends.
#
# A command that fails ends the scenario, unless it is asked about by "ok".
# Nothing sleeps for a time: wait_for waits for a state.
#
# Results
#	plan N				how many there will be
#	ok TEXT COMMAND...		passed if the command succeeds; ok TEXT not COMMAND...
#	is TEXT GOT WANTED		passed if they are the same; * in WANTED
#	pass TEXT, fail TEXT		it is known already
#	skip N REASON			N results that cannot be had here
#	note TEXT...			a line of diagnostics
#	wait_for [-t S] COMMAND...	until it succeeds; fails after S (30) seconds
#
# Hosts and links (topology.sh)
#	host NAME...			namespaces with net.csp.* as by default, but that
#					"fallback" is 5 s: slow machines are not silent;
#					"box_check" and "register_check" 0: what is said
#					is said at a time;
#	patient HOST...			these two again, after "modprobe csp"
#	on HOST COMMAND...		run there
#	conf HOST NAME=VALUE...		net.csp.NAME
#	link HOST:DEV HOST:DEV [NAME]	NAME, for captures, is HOST-HOST by default
#	addr HOST:DEV IP/LEN [NAME]	NAME, in messages, is HOST (HOST6) by default
#	named IP NAME			what an address is called in messages
#	delay HOST:DEV TIME [NETEM...]	of what HOST sends there; again: other values
#	lost_packets HOST:DEV		that "delay ... loss" has dropped
#	listening HOST PORT		does a TCP socket serve it?
#	two_hosts			A and B on one link
#	routed [TIME]			A and B with router R between them
#	roam HOST:DEV IP/LEN GATEWAY [NAME]	another address instead of all others
#	firewall HOST <<END		nftables rules, in table "test"; no_firewall HOST
#	deaf HOST			no signalling gets in; no_firewall HOST
#	hits HOST NAME			packets of a named counter; hits_are HOST NAME N
#
# Sockets (sockets.sh; the commands are those of sock.c).  NAME may be there already,
# and gets one more socket.  tcp6, udp6: an IPv6 socket for an IPv4 address.
#	sock NAME HOST [COMMAND...]	a helper process; COMMAND runs it
#	tell NAME COMMAND...		do it; fails if that failed; the rest is in
#	field KEY			the answer
#	say NAME COMMAND...		do it, do not wait
#	hear NAME			wait for the answer
#	quit NAME...			end the process
#	listener NAME HOST tcp|udp ADDR PORT [MODE]
#	client NAME HOST tcp|udp ADDR PORT [MODE [OWN_PORT]]	not connected yet
#	connect NAME			fails as connect() does
#	dial NAME HOST tcp|udp ADDR PORT [MODE [OWN_PORT]]	client and connect
#	exchange NAME NAME SIZE [RATE]	TCP data both ways, and compare
#	datagram NAME NAME SIZE		UDP, from the first to the second
#	state NAME			"state" of CSP_INFO; is_state NAME STATE
#	progress NAME			bytes that "trade" has received
#
# Observation (observe.sh)
#	ctl HOST ARGUMENT...		cspctl
#	empty HOST ARGUMENT...		cspctl -j shows nothing
#	ctl ... -j ... | values KEY	that of each, one a line; value KEY: of the first
#	counter HOST NAME
#	counters_are HOST NAME=VALUE...	since the last count_from_here; VALUE may be
#					">N"
#	count_from_here HOST...
#	quiet HOST...			waits until no connection is known there any more
#	capture LINK...			record what passes; returns when it does
#	phase NAME			what passes from here on is LINK@NAME
#	messages [-r|-f] LINK[@PHASE]	one line a signalling packet, addresses by name;
#					-r: those that were sent again, too; -f: none
#					of them, though they differ from the first
#	expect_messages [-s] [-r|-f] LINK[@PHASE] <<END	compare; * in the lines
#	transport LINK[@PHASE]		one line a TCP or UDP packet
#
# With CSP_CAPTURES=DIRECTORY captures are kept there, in DIRECTORY/SCENARIO, with
# a file "ladder" that has the arguments for tools/wireshark/ladder.

set -euE -o pipefail

lib=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
top=$(dirname "$(dirname "$lib")")
scenario=$(basename "$0" .sh)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/csp-$scenario.XXXXXX")

# --- results ------------------------------------------------------------------------

n_results=0 n_failed=0
answer=		# what the last helper process said

note() { printf '# %s\n' "$@"; }

plan() { echo "1..$1"; }
pass() { n_results=$((n_results + 1)); echo "ok $n_results - $1"; }
fail() {
	n_results=$((n_results + 1)) n_failed=$((n_failed + 1))
	echo "not ok $n_results - $1"
}

ok() { # TEXT COMMAND...
	local text=$1; shift
	if "$@"; then
		pass "$text"
	else
		fail "$text"
		note "failed: $*"
		[ -z "$answer" ] || note "last answer: $answer"
	fi
}

not() { ! "$@"; }

# Is TEXT what PATTERN says?  Nothing but * is special.
like() { # TEXT PATTERN
	local pattern=${2//\\/\\\\}
	pattern=${pattern//[/\\[} pattern=${pattern//\?/\\?}
	# shellcheck disable=SC2053 # a pattern, as meant
	[[ $1 == $pattern ]]
}

is() { # TEXT GOT WANTED
	if like "$2" "$3"; then
		pass "$1"
	else
		fail "$1"
		note "got:    $2" "wanted: $3"
	fi
}

skip() { # N REASON
	local i
	for ((i = 0; i < $1; i++)); do
		n_results=$((n_results + 1))
		echo "ok $n_results - # SKIP $2"
	done
}

# --- waiting --------------------------------------------------------------------------

# A pipe in which nothing ever arrives: reading from it takes the time given.
mkfifo "$tmp/never"
exec {never}<>"$tmp/never"
moment() { read -r -t "${1-0.05}" -u $never || true; }	# [SECONDS]

wait_for() { # [-t SECONDS] COMMAND...
	local limit=30 end pauses=(0.05 0.05 0.1 0.1 0.2 0.3)
	[ "${CSP_KERNEL-}" != debug ] || limit=120
	if [ "$1" = -t ]; then limit=$2; shift 2; fi
	end=$((SECONDS + limit))
	until "$@" >"$tmp/why" 2>&1; do
		if [ $SECONDS -gt $end ]; then
			note "waited $limit s in vain for: $*"
			cat "$tmp/why"
			return 1
		fi
		# Who looks all the time takes the processor from what he waits for.
		moment "${pauses[0]}"
		[ ${#pauses[@]} = 1 ] || pauses=("${pauses[@]:1}")
	done
}

# --- beginning and end --------------------------------------------------------------------

daemons=()	# process ids of what runs in the background
hosts=()

# Where the scenario's own line is, whatever function failed.
failed_at() { # COMMAND
	local last=$((${#BASH_SOURCE[@]} - 1))
	note "line ${BASH_LINENO[last - 1]} failed, at: $1"
	[ -z "$answer" ] || note "last answer: $answer"
}
trap 'failed_at "$BASH_COMMAND"' ERR

clean_up() {
	local status=$?
	trap - ERR
	set +e
	[ "${#captures[@]}" = 0 ] || keep_captures
	[ ! -e "$tmp/decoder.pid" ] || daemons+=("$(cat "$tmp/decoder.pid")")
	if [ "${#daemons[@]}" != 0 ]; then
		kill -KILL "${daemons[@]}"
		wait "${daemons[@]}"
	fi 2>/dev/null
	# Not only the names: sockets that say good-bye to nobody would linger.
	local h
	for h in "${hosts[@]}"; do
		on "$h" ss -K
		ip netns delete "csp-$h"
	done >/dev/null 2>&1
	rm -rf "$tmp"
	[ "$status" != 0 ] || [ $n_failed = 0 ] || status=1
	exit "$status"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# shellcheck source-path=SCRIPTDIR
. "$lib/topology.sh"
. "$lib/sockets.sh"
. "$lib/observe.sh"

make -s -C "$lib" >&2
[ -x "$top/build/tools/cspctl/cspctl" ] || make -s -C "$top/tools/cspctl" >&2
# They are started often, and that is slow from a directory of another machine.
cp "$top/build/tools/cspctl/cspctl" "$top/build/selftests/sock" "$tmp"
cspctl=$tmp/cspctl
sock=$tmp/sock

modprobe csp
