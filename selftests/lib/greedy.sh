# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh
#
# Host X wants more than there is room for; beside lib.sh:
#
#	greedy tcp|udp ADDR PORT N	so many connections at once, kept until "no_more";
#					"$greedy" is the process

greedy() { # tcp|udp ADDR PORT N
	rm -f "$tmp/greedy"
	nsenter --net=/run/netns/csp-X -- "$lib/greedy.py" "$@" >"$tmp/greedy" 2>&1 &
	greedy=$!
	daemons+=("$greedy")
	wait_for grep -qs ready "$tmp/greedy"
}

no_more() { # of it
	kill "$greedy"
	wait "$greedy" 2>/dev/null || true
}
