# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh and of the demonstration
#
# The parts of the demonstration (selftests/demo) about floods.

spoofing() {
	heading "Exchange 13: a nonce, before anything is kept"
	firewall_at_R "in eth0 accept"
	record_links spoofing A-R R-B
	start_clock
	at R cspctl box set cookies 2
	monitor A
	at A cspctl run -- curl -sS "$url/hello"
	wait_for happened A detached
	stop_monitors
	wait_for quiet A B
	at R cspctl box stats cookie-out
	check "R has asked once" [ "$(on R cspctl box stats cookie-out)" = 1 ]
	check "and was echoed" [ "$(on R cspctl box stats cookie-ok)" = 1 ]
	ladder_of_links spoofing A-R R-B -- A=10.0.1.1 R=10.0.1.254,10.0.2.254 B=10.0.2.2
	on R cspctl box set cookies default
	no_firewall_at_R
	cat <<-END

		R keeps nothing of a Setup before its sender has echoed the nonce, and so is where
		he says.  B hears of nobody else.  By default R asks under load only.
	END
}

blocked() { [ "$(on B cspctl -j block | jq -r '.[].state')" = blocked ]; }
not_blocked() { [ "$(on R cspctl -j gateway blocks | jq length)" = 0 ]; }
dropped() { [ "$(on R cspctl box stats block-drops)" -gt 0 ]; }

dos() {
	local to socat server
	heading "Exchange 14: a flood is stopped near its source"
	modprobe csp_mbox
	: >"$tmp/heard"
	nsenter --net=/run/netns/csp-B -- socat -u UDP4-RECV:5014 STDOUT >"$tmp/heard" &
	server=$!
	daemons+=("$server")
	wait_for udp_server B 5014
	mkfifo "$tmp/flood"
	exec {to}<>"$tmp/flood"
	record_links dos A-R R-B
	start_clock
	at R cspctl gateway add eth0 edge
	line "A\$ cspctl run -- socat - UDP4:10.0.2.2:5014"
	nsenter --net=/run/netns/csp-A -- cspctl run -- socat - UDP4:10.0.2.2:5014 \
		<"$tmp/flood" & socat=$!
	daemons+=("$socat")
	echo hello >&"$to"
	wait_for heard hello
	line "B has heard \"hello\", and wants no more of that."
	at B cspctl block add 10.0.1.1 for 60s
	wait_for blocked
	line "B\$ cspctl block"
	on B cspctl block | indented
	echo more >&"$to"
	wait_for dropped
	line "R\$ cspctl gateway blocks"
	on R cspctl gateway blocks | indented
	at B cspctl block del 10.0.1.1
	wait_for not_blocked
	echo again >&"$to"
	wait_for heard again
	kill "$socat" "$server"
	wait_for quiet A B
	check "what A sent meanwhile has not arrived" not heard more
	ladder_of_links dos A-R R-B -- A=10.0.1.1 R=10.0.1.254,10.0.2.254 B=10.0.2.2
	exec {to}>&-
	on R cspctl gateway del eth0
	on R cspctl box set enable 0
	cat <<-END

		R has put a token into the Setup, "via R", which nobody else can make: B shows that
		it was called from there, and by the echo that it is where that call went.
	END
}
