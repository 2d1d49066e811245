# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh
#
# What the scenarios of moves share beside lib.sh:
#
#	talk HOST HOST ADDR [tcp|udp... [PORT]]	a connection: sockets "client" at the
#					first host, port 40000, and "server" at the second,
#					port 80
#	start_trade NAME NAME SIZE [RATE]	data both ways, in the background
#	end_trade NAME NAME		wait for its end, and compare
#	past NAME BYTES			has "trade" received so many?
#	start_copy FROM TO SIZE		data one way, in the background
#	end_copy FROM TO		wait for its end, and compare
#	received HOST BYTES		has the TCP connection of this host so many?
#	place NAME			"LOCAL PEER STATE MOVES" of a socket, as getsockname(),
#					getpeername() and CSP_INFO say, which have to agree
#	flows HOST KEY			"cid", "state", ... of the connections
#	alternatives HOST		addresses that the peer offered
#	state_is HOST STATE		of the only connection
#	path_is HOST LOCAL REMOTE	its addresses
#	moved HOST N			has the peer accepted N moves since count_from_here?
#	validated HOST N		has it proved N new addresses of the peer?
#	left LINK OLD NEW		after the first packet of address NEW there was none
#					of address OLD
#	no_reset LINK[@PHASE]
#	dropper R [HOOK [PRIORITY]]	router R, or a host, can drop signalling: where it is
#					forwarded, after a box has seen it, or at another hook
#	drop_next R MESSAGE [N]		it drops the next packet, or N, that begins with this
#					message, "hits R MESSAGE" counts them
#	dead ADDR			what router R sees of an address is lost, until
#					"no_firewall R"
#	two_homes			C 10.0.1.1 --- R === S with 10.0.2.2 at eth0, named Sx,
#					and 10.0.5.2 at eth1, Sy; links C-R, Sx-R, Sy-R

talk() { # HOST HOST ADDR [tcp|udp... [PORT]]
	listener server "$2" "${4-tcp}" "$3" 80 prefer
	dial client "$1" "${4-tcp}" "$3" 80 prefer "${5-40000}"
	[[ ${4-tcp} == udp* ]] || tell server accept
}

# --- data -------------------------------------------------------------------------

start_trade() { # NAME NAME SIZE [RATE]
	: | tee "$tmp/$1.progress" >"$tmp/$2.progress"
	say "$1" trade "${@:3}"
	say "$2" trade "${@:3}"
}

end_trade() { # NAME NAME
	local first
	hear "$1" || { note "$1: $answer"; return 1; }
	first=$answer
	hear "$2" || { note "$2: $answer"; return 1; }
	same_data "$first"
}

past() { [ "$(progress "$1")" -gt "$2" ]; }	# NAME BYTES

start_copy() { # FROM TO SIZE
	say "$1" send "$3"
	say "$2" recv "$3"
}

end_copy() { # FROM TO
	local sum
	hear "$1" || { note "$1: $answer"; return 1; }
	sum=$(field sum)
	hear "$2" || { note "$2: $answer"; return 1; }
	[ "$sum" = "$(field sum)" ]
}

tcp_info() { on "$1" ss -tinHO state connected | grep -o "\<$2:[0-9]*" | cut -d : -f 2; }
# Of several connections, the one that has most.
received() { [ "$(tcp_info "$1" bytes_received | sort -n | tail -n 1)" -gt "$2" ]; }

# --- state ------------------------------------------------------------------------

place() { # NAME
	local names
	tell "$1" names
	names="$(field local) $(field peer)"
	names=${names//::ffff:/}
	tell "$1" info
	[ "$names" = "$(field local) $(field peer)" ] || echo "CSP_INFO differs: "
	echo "$names $(field state) $(field moves)"
}

flows() { ctl "$1" -j flow | values "$2"; }	# HOST KEY
alternatives() { ctl "$1" -j flow | jq -r '.[].alternatives[]'; }	# HOST
path_is() { [ "$(flows "$1" laddr) $(flows "$1" raddr)" = "$2 $3" ]; }	# HOST LOCAL REMOTE
state_is() { [ "$(flows "$1" state)" = "$2" ]; }	# HOST STATE
moved() { [ "$(since "$1" move-ok)" = "$2" ]; }	# HOST N
validated() { [ "$(since "$1" validated)" = "$2" ]; }	# HOST N
since() { echo $(($(counter "$1" "$2") - ${counted[$1/$2]:-0})); }	# HOST NAME

# --- the wire ---------------------------------------------------------------------

dead() { # ADDR
	firewall R <<-END
		chain dead {
			type filter hook forward priority 0
			ip saddr $1 drop
			ip daddr $1 drop
		}
	END
}

left() { # LINK OLD NEW
	transport "$1" | awk -v old=" $2." -v new=" $3." '
		index($0, new) { there = 1 }
		there && index($0, old) { bad = 1 }
		END { exit bad || !there }'
}

no_reset() { # LINK[@PHASE]
	transport "$1" | awk '/Flags \[[^]]*R/ { bad = 1 } END { exit bad }'
}

declare -A csp_type=([Setup]=1 [OK]=2 [Reject]=3 [Change]=5 [Attach]=6 [Detach]=7 [Ack]=9)

dropper() { # R [HOOK [PRIORITY]]
	firewall "$1" <<-END
		chain drops {
			type filter hook ${2-forward} priority ${3-0}
		}
	END
}

drop_next() { # R MESSAGE [N]
	# The type of the first message is behind the header of 12 bytes.
	# A counter cannot be made and reset in one transaction.
	on "$1" nft add counter inet test "$2"
	on "$1" nft -f - <<-END
		reset counter inet test $2
		flush chain inet test drops
		add rule inet test drops meta l4proto 253 @th,96,8 ${csp_type[$2]} \
			numgen inc mod 1000000 < ${3-1} counter name $2 drop
	END
}

# --- hosts ------------------------------------------------------------------------

two_homes() {
	host C S
	router R
	link C:eth0 R:to-c C-R
	link S:eth0 R:to-x Sx-R
	link S:eth1 R:to-y Sy-R
	addr R:to-c 10.0.1.254/24
	addr R:to-x 10.0.2.254/24
	addr R:to-y 10.0.5.254/24
	addr C:eth0 10.0.1.1/24
	addr S:eth0 10.0.2.2/24 Sx
	addr S:eth1 10.0.5.2/24 Sy
	default_via C 10.0.1.254
	# Each address leaves by its own interface.
	ip -n csp-S route add default via 10.0.2.254
	ip -n csp-S route add default via 10.0.5.254 metric 20
	ip -n csp-S route add default via 10.0.2.254 table 2
	ip -n csp-S route add default via 10.0.5.254 table 5
	ip -n csp-S rule add from 10.0.2.2 table 2
	ip -n csp-S rule add from 10.0.5.2 table 5
	conf S multihome=1
	delay R:to-c 5ms
}

# Data is not looked at, and comes faster than it can be written.
eval "$(declare -f capture | sed 's/ tcpdump / tcpdump -s 2048 -B 8192 /')"
