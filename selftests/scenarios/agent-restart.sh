#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The home agent restarts: the module goes and comes back, and the administrator's boot
# script configures it again, which does not say where the hosts are.  They tell it
# themselves, what is open, hidden, and behind an off-path firewall.  Nobody registers
# anything by hand; the lifetime is that of the default.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 35

home_network 5ms
addr B:lo 10.0.9.8/32 Guarded
# Another host, which hides.
host C
link C:eth0 R:to-c
addr R:to-c 10.0.7.254/24
addr C:eth0 10.0.7.3/24
addr C:lo 10.0.9.7/32 Hidden
default_via C 10.0.7.254
is "by default a host asks every" "$(ctl B -j conf | jq .register_check.default)" 30
for h in B C; do conf $h register_check=1; done
conf C udp_encap=0
capture A-R R-H

# What survives a boot: files.
ctl H key gen >"$tmp/key"
ctl H key gen >"$tmp/secret"
boot() {
	modprobe csp_mbox
	ctl H key set "$tmp/key" >"$tmp/out"
	ctl H token rotate "$tmp/secret" >"$tmp/out"
	home=10.0.9.9 agent_for H B
	home=10.0.9.7 agent_for H C --hidden
	home=10.0.9.8 agent_for H B --guard
}
homes_are() { # STATE...
	[ "$(ctl H -j agent | jq -r '.[] | "\(.home) \(.state) \(.locator // "-")"' | sort | paste -sd ' ')" = "$*" ]
}
none=(10.0.9.7 gone - 10.0.9.8 gone - 10.0.9.9 gone -)
all=(10.0.9.7 away 10.0.7.3 10.0.9.8 away 10.0.2.2 10.0.9.9 away 10.0.2.2)
hosts_are() { [ "$(for h in B C; do ctl $h -j register | values state; done | sort -u)" = "$1" ]; }
# Connects to a home address, and says something to the server.
serves() { # SERVER ADDR [TOKEN]
	client new A tcp "$2" 81 require
	[ -z "${3-}" ] || tell new setopt 0 2534 "${3#0x}"
	connect new && tell "$1" accept && exchange new "$1" 1k
}
# The server goes back to its listener.
over() { # SERVER
	quit new
	tell "$1" close
	tell "$1" use 0
	wait_for flows_are A 1
}
flows_are() { [ "$(flows "$1" cid | wc -l)" = "$2" ]; }

boot
home=10.0.9.9 register_with H B
home=10.0.9.8 register_with H B
home=10.0.9.7 register_with H C --hidden
ok "the hosts register" wait_for hosts_are registered
ok "the agent knows where they are" wait_for homes_are "${all[@]}"
is "for as long as by default" "$(ctl B -j register | values granted_ms | sort -u)" 600000

# --- what asking costs -------------------------------------------------------------------------------

phase check
count_box H
count_from_here B H
asked() { counters_are B 'register-ok=>8'; }
ok "they ask again, long before half of that" wait_for asked
ok "with a Register and an OK each" not grep -qv '^[BC] > H: Register(.*) + Nonce + Sig$\|^H > [BC]: OK(Timeout=600s)' \
	<(messages R-H@check)
ok "the agent asks for no echo" box_counters_are H 'home-registered=>8' home-challenged=0 \
	home-stale=0 home-expired=0
ok "no public-key operation at the agent" counters_are H dh=0
ok "nor at the host" counters_are B dh=0 register-refused=0 register-bad-mac=0

# --- a restart, seen by who comes too early -------------------------------------------------------------

phase early
listener old B tcp 0.0.0.0 80 require
dial client A tcp 10.0.9.9 80 require 40000
ok "a client connects" tell old accept
ok "data passes" exchange client old 10k
listener server B tcp 0.0.0.0 81 require
listener hidden C tcp 0.0.0.0 81 require
token=$(ctl H token new 10.0.9.8 many)
for h in B C; do firewall $h <<-END; done
	chain out {
		type filter hook output priority 0
		ip daddr 10.0.8.1 drop
	}
END
start_trade client old 600k 300k
rmmod csp_mbox
boot
count_box H
ok "restarted, the agent knows nobody" homes_are "${none[@]}"
for home in 10.0.9.9 10.0.9.7; do
	client new A tcp $home 81 require
	ok "$home: no connection" not connect new
	is "$home: its host is gone" "$(field error)" EHOSTDOWN
	quit new
done
ok "the agent counts" box_counters_are H 'home-gone=>1' home-redirected=0 home-registered=0
ok "data passes all the same, both ways" end_trade client old

# --- they come back -----------------------------------------------------------------------------------------

count_from_here A B C
for h in B C; do no_firewall $h; done
ok "the registrations come back by themselves" wait_for homes_are "${all[@]}"
ok "with a proof of its address each" box_counters_are H 'home-registered=>2' 'home-challenged=>2' \
	home-unknown=0 home-bad-mac=0 home-refused=0
ok "the hosts have asked for them" wait_for counters_are B 'register-ok=>1' register-refused=0
ok "a client connects by the home address" serves server 10.0.9.9
over server
ok "to the hidden one" serves hidden 10.0.9.7
over hidden
ok "to the guarded one, with a token of before" serves server 10.0.9.8 "$token"
over server
ok "the agent counts" box_counters_are H home-redirected=1 "home-relayed=>1" "guard-ok=>0"
ok "data still passes" exchange client old 10k

# --- a restart that nobody is early for -------------------------------------------------------------------------

phase restart
count_from_here C
rmmod csp_mbox
boot
ok "again: they come back" wait_for homes_are "${all[@]}"
ok "nobody was refused" wait_for counters_are C 'register-ok=>0' register-refused=0
ok "a client connects by the home address" serves server 10.0.9.9
over server
ok "to the hidden one" serves hidden 10.0.9.7
over hidden
ok "to the guarded one" serves server 10.0.9.8 "$token"
over server
ok "the connection of before goes on" exchange client old 10k
is "where it was" "$(place client)" "10.0.1.1,40000 10.0.2.2,80 established 0"
quit client old server hidden
ok "both ends forget the connections" quiet A B C
ok "nobody sent a RST" no_reset A-R
