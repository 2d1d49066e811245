# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh
#
# Floods of forged Setups; beside lib.sh:
#
#	forged_setup SRC DST PROTO PORT WORD...	a packet for flood.c, which changes SRC;
#					WORDs are say.py's
#	flood HOST COUNT BITS HEX [on]	what flood.c does, in the background, "$flood_pid"
#	under_flood HOST COUNT BITS HEX COMMAND...	three results: COMMAND succeeds during a
#					flood of COUNT or more, "$sent" in the end
#	clients N SOCKET ADDR		A calls port 80 of ADDR, where the listener is SOCKET,
#					again and again
#	unreclaimable			memory of the kernel, KiB

forged_setup() { # SRC DST PROTO PORT WORD...
	"$lib/say.py" "$1" "$2" setup "conn=$3,$1,65278,$2,$4" \
		id=fdfdfdfdfdfdfdfd pubkey timeout=0 "${@:5}" print
}

flood() { # HOST COUNT BITS HEX [on]
	# Not by on(): $! would be another shell.
	nsenter --net="/run/netns/csp-$1" -- "$top/build/selftests/flood" "${@:2}" >"$tmp/flooded" &
	flood_pid=$!
	daemons+=($!)
}

under_flood() { # HOST COUNT BITS HEX COMMAND...
	flood "${@:1:4}" on
	ok "clients connect during a flood" "${@:5}"
	ok "which goes on behind the last of them" kill -0 "$flood_pid"
	kill "$flood_pid"
	wait "$flood_pid"
	sent=$(cut -d ' ' -f 1 "$tmp/flooded")
	ok "the flood is over" [ "$sent" -ge "$2" ]
	note "after $sent packets"
}

clients() { # N SOCKET ADDR
	local i
	for ((i = 0; i < $1; i++)); do
		dial client A tcp "$3" 80 require || return 1
		tell "$2" accept || return 1
		tell client close
		tell "$2" close
	done
}

unreclaimable() { awk '/^SUnreclaim/ { print $2 }' /proc/meminfo; }
