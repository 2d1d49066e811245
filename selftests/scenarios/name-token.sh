#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Name and token: what a program says when it connects, and asks for when it listens.
# Programs that have never heard of either get them from the rule of their cgroup: curl,
# nc and socat, as Debian has them.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 33

routed
for h in A B; do conf $h udp_encap=0; done
capture A-R
level=0 auth=2534 name=2535
hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n'; }
set_name() { tell "$1" setopt $level $name "$(hex "$2")"; }
set_token() { tell "$1" setopt $level $auth "$(hex "$2")"; }
run() { # HOST WORDS-OF-RUN -- COMMAND...
	on "$1" "$cspctl" run -m require "${@:2}"
}

# --- sockets ---------------------------------------------------------------------------------------

# One Setup of a new socket; the words are what it says.
try() { # [NAME [TOKEN]]
	client client A tcp 10.0.2.2 80 require
	[ -z "${1-}" ] || set_name client "$1"
	[ -z "${2-}" ] || set_token client "$2"
	connect client
}
over() { quit client; }
refused() { # CODE ERRNO
	tell client reject
	is "refused with $1" "$(field code) $(field errno)" "$1 $2"
	over
}

phase plain-listener
listener server B tcp 0.0.0.0 80 prefer
ok "who asks for nothing takes every name and token" try www.example.org secret
quit client server
ok "both forget it" quiet A B
ok "they were in the Setup" expect_messages A-R@plain-listener <<-END
	A > B: Setup(TCP, A,* <-> B,80, name = www.example.org) + Auth + SYN
	B > A: OK
	A > B: Detach(TCP, A,* <-> B,80)
	B > A: OK
END

listener server B tcp 0.0.0.0 80 prefer
set_name server WWW.example.org
count_from_here B
ok "a listener with a name takes those who want it, in whatever case" try wWw.Example.ORG
over
ok "and those who name nobody" try
over
ok "not those who want another" not try www.example.com
refused no-listener ECONNREFUSED
ok "nor one that begins alike" not try www.example.org.
refused no-listener ECONNREFUSED
ok "counted" counters_are B setup-in=2 reject-no-listener=2
set_token server secret
count_from_here B
ok "one with a token takes those who have it" try "" secret
over
ok "not those who have none" not try
refused auth EKEYREJECTED
ok "nor another" not try www.example.org Secret
refused auth EKEYREJECTED
ok "nor a part of it" not try www.example.org secre
refused auth EKEYREJECTED
ok "counted" counters_are B setup-in=1 reject-auth=3
quit server
quiet A B

# --- programs --------------------------------------------------------------------------------------

cat >"$tmp/answer" <<'END'
#!/bin/sh
read -r _
printf 'HTTP/1.0 200 OK\r\n\r\n%s' "$1"
END
chmod +x "$tmp/answer"
serves() { on B ss -tlnHO | grep -q ":$1 "; }	# PORT
serve() { # PORT WORDS-OF-RUN...
	local port=$1; shift
	nsenter --net=/run/netns/csp-B -- "$cspctl" run "$@" -- socat \
		"TCP6-LISTEN:$port,ipv6only=0,fork,reuseaddr" \
		EXEC:"$tmp/answer $port" &
	daemons+=($!)
	wait_for serves "$port"
}
get() { curl=$(run A "$@" 2>&1); }	# WORDS-OF-RUN -- curl...
serve 8001 --name one.example.org
serve 8002 --name two.example.org --token 0x736563726574

is "the rules" "$(ctl B -j cgroup | jq -r '.[] | "\(.mode) \(.name) \(.auth)"' | sort)" \
	"$(printf 'prefer one.example.org null\nprefer two.example.org 0x736563726574')"
is "their tokens are not for all to see" \
	"$(on B setpriv --bounding-set=-all --inh-caps=-all "$cspctl" -j cgroup | jq -r '.[].auth' | sort -u)" null

count_from_here A B
ok "curl, by a name" get --name one.example.org -- curl -sS http://10.0.2.2:8001/
is "gets what it asked for" "$curl" 8001
ok "curl, by the name of the other, fails" not get --name two.example.org -- curl -sS http://10.0.2.2:8001/
is "nobody is there" "$curl" "curl: (7) *"
ok "nc, by name and token" get --name Two.example.org --token secret -- \
	sh -c 'echo | nc -N 10.0.2.2 8002'
is "gets through" "$(tail -n 1 <<<"$curl")" 8002
ok "nc, without the token, does not" not get --name two.example.org -- nc -z 10.0.2.2 8002
ok "IPv6 is the same" get --name two.example.org --token secret -- curl -sS 'http://[fd00:2::2]:8002/'
is "gets through" "$curl" 8002
ok "counted" counters_are B setup-in=3 reject-no-listener=1 reject-auth=1

# --- boxes -----------------------------------------------------------------------------------------

stateful_firewall R
rule R in to-a name one.example.org auth secret accept
rule R in to-a reject "show your token"
ok "a firewall lets through who has the token" \
	get --name one.example.org --token secret -- curl -sS http://10.0.2.2:8001/
is "to what it named" "$curl" 8001
ok "and nobody else" not get --name one.example.org --token public -- curl -sS http://10.0.2.2:8001/
