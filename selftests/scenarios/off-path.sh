#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# An off-path firewall: the home agent of a mobile server looks at tokens, and has the
# server serve whom it lets in, and nobody else.  The data does not pass it.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 75

home_network 5ms
dropper R
capture A-R B-R R-H
agent_for H B --guard
register_with H B
ok "the server registers" wait_for is_registered B
is "the agent says what it is" "$(ctl H -j agent | jq -r '.[0] | "\(.hidden) \(.guard)"')" "false true"
listener server B tcp 0.0.0.0 80 require

token() { ctl H token new 10.0.9.9 "$@"; }	# [WORD...]
call() { # TOKEN [OWN_PORT]
	client client A tcp 10.0.9.9 "${port-80}" require "${2-}"
	[ -z "$1" ] || tell client setopt 0 2534 "${1#0x}"
	connect client
}
refused() { # TEXT
	tell client reject
	is "with the reason" "$(field code) $(field errno) $(field text)" "auth EKEYREJECTED $1"
	quit client
}
# Neither signalling nor data.
nothing_reached_it() { # PHASE
	expect_messages "B-R@$1" </dev/null && not grep -q . <(transport "B-R@$1")
}
# The server goes back to its listener.
over() { quit client; tell server close; tell server use 0; quiet A B; }

# --- who is not let in ------------------------------------------------------------------------------

phase refused
count_box H
count_from_here B
ok "no token" not call ""
refused "nobody gets to this host without a token"
ok "one that was made up" not call "0x$(printf '%064d' 7)"
refused "the token is not good for this"
ok "one for another port" not call "$(token port 81)"
refused "the token is not good for this"
ok "one for somebody else" not call "$(token from 10.0.1.2)"
refused "the token is not good for this"
ok "one for another address" not call "$(ctl H token new 10.0.9.8)"
refused "the token is not good for this"
ok "the firewall counts" box_counters_are H 'guard-no-token=>0' 'guard-wrong=>3' guard-expired=0 \
	guard-used=0 guard-asked=0 guard-ok=0 home-relayed=0
ok "nothing reached the server" nothing_reached_it refused
ok "it counted nothing" counters_are B relay-in=0 relay-bad=0 granted=0 setup-in=0

phase in_time
short=$(token lifetime 1s)
# At a port that nobody serves: who is in time is told that.
expired() {
	port=81 call "$short" || true
	tell client reject
	[ "$(field code)" = auth ] && [[ $(field text) == *expired ]] && return
	quit client
	return 1
}
wait_for expired
quit client
phase expired
count_box H
ok "one that has expired" not call "$short"
refused "the token has expired"
ok "the firewall counts" box_counters_are H 'guard-expired=>0' guard-asked=0
ok "nothing reached the server" nothing_reached_it expired
old=$(token many)
ctl H token rotate
recent=$(token many)
ctl H token rotate

phase silent
ok "one of two secrets ago" not call "$old"
refused "the token is not good for this"
ok "nothing reached the server" nothing_reached_it silent

# --- who is -------------------------------------------------------------------------------------------

phase in
count_from_here A B
count_box H
once=$(token from 10.0.1.0/24 proto tcp port 80)
ok "a token: a client connects" call "$once" 40000
tell server accept
tell client names
p3=$(field local | cut -d , -f 2) p4=$(field peer | cut -d , -f 2)
is "to where the server is, on a port of its own" "$(field peer)" "10.0.2.2,$p4"
is "from one that the firewall chose" "$(field local) $((p3 >= 61000 && p4 >= 61000))" \
	"10.0.1.1,$p3 1"
tell server names
is "which is that of the server's socket, too" "$(field local) $(field peer)" \
	"10.0.2.2,$p4 10.0.1.1,$p3"
ok "data passes" exchange client server 100k
ok "counters of the firewall" box_counters_are H 'guard-asked=>0' 'guard-ok=>0' \
	guard-refused=0 'home-relayed=>0' home-redirected=0
ok "counters of the server" counters_are B 'relay-in=>0' granted=1 grant-refused=0 \
	grant-foreign=0 setup-in=1 relay-bad=0
ok "counters of the client" counters_are A redirect-in=1 vouch-ok=1 vouch-bad=0

phase foreign
count_from_here B
sock other A
make_sock other tcp 10.0.2.2 off
ok "anybody else: no connection to that port" not tell other connect 10.0.2.2 "$p4"
is "refused" "$(field error)" ECONNREFUSED
quit other
sock other R
make_sock other tcp 10.0.2.2 off
ok "nor from another host" not tell other connect 10.0.2.2 "$p4"
is "refused" "$(field error)" ECONNREFUSED
quit other
speak R 10.0.2.254 10.0.2.2 setup id=1122334455667788 \
	conn=tcp,10.0.2.254,5000,10.0.9.9,80 place=10.0.2.2,"$p4" pubkey timeout=0
foreign() { counters_are B grant-foreign=1 reject-no-listener=1 setup-in=0; }
ok "nor does a Setup get one" wait_for foreign
ok "it is told so" expect_messages B-R@foreign <<-END
	10.0.2.254 > B: Setup(TCP, 10.0.2.254,5000 <-> S:B,80:$p4)
	B > 10.0.2.254: Reject(NO_LISTENER, *)
END
ok "data still passes" exchange client server 10k
ok "both ends forget the connection" over

phase replayed
count_box H
ok "the token again" not call "$once"
refused "the token was used before, and is good once"
ok "the firewall counts" box_counters_are H 'guard-used=>0' guard-asked=0 home-relayed=0
ok "nothing reached the server" nothing_reached_it replayed
for i in 1 2; do
	ok "one that is good for many, $i" call "$recent"
	tell server accept
	ok "data passes" exchange client server 1k
	over
done

# --- messages are lost ------------------------------------------------------------------------------------

count_from_here A B
phase lost
for lost in Setup OK; do
	drop_next R $lost
	ok "a lost $lost: a client connects" call "$(token)"
	ok "it was lost" hits_are R $lost 1
	tell server accept
	ok "data passes" exchange client server 1k
	over
done
ok "the server gave the port that it had given" counters_are B granted=2 grant-again=1

# --- the port is taken ---------------------------------------------------------------------------------------

count_box H
count_from_here B
cat >"$tmp/take.py" <<'END'
import resource
import socket
import sys
resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
taken = []
for port in range(61000, 65536):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("0.0.0.0", port))
    s.listen(1)
    taken.append(s)
print("ready", flush=True)
sys.stdin.read()
END
mkfifo "$tmp/hold"
exec {hold}<>"$tmp/hold"
nsenter --net=/run/netns/csp-B -- python3 "$tmp/take.py" <"$tmp/hold" >"$tmp/taken" {hold}>&- &
taker=$!
daemons+=("$taker")
wait_for grep -q ready "$tmp/taken"
client client A tcp 10.0.9.9 80 require
tell client setopt 0 2534 "$(token | cut -c 3-)"
say client connect 10.0.9.9 80
in_use() { box_counters_are H 'guard-in-use=>0' guard-ok=0; }
ok "the server uses the port for something else: it is not given" wait_for in_use
kill "$taker"
ok "when it is free the client connects" hear client
tell server accept
ok "data passes" exchange client server 1k
ok "the server counts" counters_are B 'grant-refused=>0' granted=1
over

# --- nobody serves it ---------------------------------------------------------------------------------------------

count_box H
client client A tcp 10.0.9.9 81 require
tell client setopt 0 2534 "$(token | cut -c 3-)"
ok "a port that nobody serves" not connect client
tell client reject
is "the client is told" "$(field code)" no-listener
quit client
ok "by the firewall" box_counters_are H guard-refused=1

# --- who comes too late ---------------------------------------------------------------------------------------------

count_from_here B
ctl H box set grant_time 1000
on R nft -f - <<-END
	flush chain inet test drops
	add rule inet test drops ip saddr 10.0.1.1 ip daddr 10.0.2.2 drop
END
client client A tcp 10.0.9.9 80 require
tell client setopt 0 2534 "$(token | cut -c 3-)"
say client connect 10.0.9.9 80
forgotten() { counters_are B granted=1 grant-expired=1; }
ok "a client that does not come in time is forgotten" wait_for forgotten
on R nft flush chain inet test drops
ok "and refused when it comes" not hear client
tell client reject
is "since nobody serves the port" "$(field code)" no-listener
quit client
ctl H box set grant_time 60000

# --- a host that hides as well ---------------------------------------------------------------------------------------

ctl B register del 10.0.9.9
wait_for empty B register
register_with H B --hidden
wait_for is_registered B
sock other A
client other A tcp 10.0.2.2 80 require
say other connect 10.0.2.2 80
ok "hidden, it is served to whom the firewall lets in" call "$(token)"
tell server accept
ok "data passes" exchange client server 1k
ok "nobody else gets an answer" not hear other
is "not even no" "$(field error)" ETIMEDOUT
quit client other server
quiet A B

# --- IPv6 --------------------------------------------------------------------------------------------------------------

ctl B register del 10.0.9.9
wait_for empty B register
home=fd00:9::9
agent_for H B --guard
agent=fd00:8::1 register_with H B --hidden
wait_for is_registered B
listener server B tcp :: 80 require
six() { # TOKEN
	client client A tcp fd00:9::9 80 require
	tell client setopt 41 2534 "${1#0x}"
	connect client
}
ok "with IPv6: one for IPv4 is not good" not six "$(token)"
refused "the token is not good for this"
ok "one for the address is" six "$(ctl H token new fd00:9::9 from fd00:1::/64)"
tell server accept
ok "data passes" exchange client server 1k
quit client server

# --- all of it ------------------------------------------------------------------------------------------------------

# The firewall asks with another port for each copy of a Setup, though it gets the first.
ok "messages of the client" expect_messages A-R@in <<-END
	A > S: Setup(TCP, A,40000 <-> S,80) + Auth + SYN
	H > A: Redirect(TCP, A,40000:$p3 <-> S:B,80:$p4, by H)
	A > B: Setup(TCP, A,$p3 <-> S:B,80:$p4) + Auth + Nonce + SYN
	B > A: OK* + Nonce echo + Sig
END
ok "messages of the server" expect_messages -f B-R@in <<-END
	H > B: Setup(TCP, A,40000:$p3 <-> S:B,80:$p4, *) + Auth + Sig
	B > H: OK(TCP, S:B,80:$p4 <-> A,40000:$p3*) + Sig
	A > B: Setup(TCP, A,$p3 <-> S:B,80:$p4) + Auth + Nonce + SYN
	B > A: OK* + Nonce echo + Sig
END
ok "messages of the firewall" expect_messages -f R-H@in <<-END
	A > S: Setup(TCP, A,40000 <-> S,80) + Auth + SYN
	H > B: Setup(TCP, A,40000:$p3 <-> S:B,80:$p4, *) + Auth + Sig
	B > H: OK(TCP, S:B,80:$p4 <-> A,40000:$p3*) + Sig
	H > A: Redirect(TCP, A,40000:$p3 <-> S:B,80:$p4, by H)
END
ok "no data passed the firewall" not grep -q . <(transport R-H@in)
