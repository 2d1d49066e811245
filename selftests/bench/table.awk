# SPDX-License-Identifier: GPL-2.0
#
# From the values that the benchmarks printed, "NAME.KIND VALUE", to a table on
# standard output and to the file that the variable "json" names.

function has(name) { return (name in value) && value[name] != "inf" }

# How a value is shown: count, ms, RTT, bytes.
function show(v, unit) {
	if (v == "inf")
		return "never"
	if (unit == "RTT")
		return sprintf("%.2f", v)
	if (unit == "ms")
		return sprintf("%.3f", v)
	return sprintf("%d", v + 0.5)
}

function quote(s) { gsub(/"/, "\\\"", s); return "\"" s "\"" }
function number(v) { return v == "" || v == "inf" ? "null" : v }

# What is wanted, for people.
function wish(kind, op, limit) {
	if (kind == "ratio")
		return (op == "<=" ? "at most " : "within ") \
			(op == "<=" ? sprintf("%.2fx", limit) : "0.5 % of 1x")
	return sprintf("at most %g", sprintf("%.2f", limit))
}

# One row. WANT: "ratio <= 1.15", "ratio ~ 0.005" (of one), "value <= 1.1", or
# "": nothing in particular; the ratio is that of CSP to the value BASE.
function row(title, name, unit, base, want,    k, i, v, r, mark, part, line, j) {
	if (!((name ".csp") in value))
		return
	v = value[name ".csp"]
	r = has(base) && has(name ".csp") ? v / value[base] : ""
	mark = ""
	if (want != "") {
		split(want, part, " ")
		k = part[1] == "ratio" ? r : v
		if (k == "" || k == "inf")
			mark = "missed"
		else if (part[2] == "<=")
			mark = k <= part[3] ? "met" : "missed"
		else
			mark = k >= 1 - part[3] && k <= 1 + part[3] ? "met" : "missed"
		want = wish(part[1], part[2], part[3])
		if (mark == "met")
			met++
		else
			missed = missed (n_missed++ ? ", " : "") title
	}
	line = sprintf("%-35s %-6s", title, unit)
	j = ""
	for (i = 1; i <= n_kinds; i++) {
		k = name "." kinds[i]
		line = line sprintf(" %9s", (k in value) ? show(value[k], unit) : "")
		if (k in value)
			j = j ", " quote(kinds[i]) ": " number(value[k])
	}
	line = line sprintf(" %7s", r == "" ? "" : sprintf("%.3f", r))
	line = line sprintf("  %-18s %s", want, mark)
	sub(/ +$/, "", line)
	print line
	if (r != "")
		j = j ", \"ratio\": " r
	if (want != "")
		j = j ", \"target\": " quote(want) ", \"met\": " (mark == "met" ? "true" : "false")
	rows = rows (rows == "" ? "" : ",") "\n    {\"name\": " quote(name) \
		", \"title\": " quote(title) ", \"unit\": " quote(unit) j "}"
}

BEGIN { n_kinds = split("plain csp mptcp wireguard pcp", kinds, " ") }

{ value[$1] = $2; order[++n] = $1 }

# A look-up is what a datagram of a flagged socket costs more.
$1 ~ /^lookup-[0-9]+\.csp$/ {
	size = $1
	gsub(/[^0-9]/, "", size)
	sizes[++n_sizes] = size
	value["found-" size ".csp"] = $2 - value["lookup-" size ".plain"]
}

$1 ~ /^home-[0-9]+\.csp$/ {
	homed = $1
	gsub(/[^0-9]/, "", homed)
	homes_of[++n_homes] = homed
}

$1 ~ /^open-[0-9]+\.csp$/ {
	count = $1
	gsub(/[^0-9]/, "", count)
	counts[++n_counts] = count
}

# The same for both directions and both delays.
function moves(title, name, unit, up, down,    rtt, dir) {
	for (rtt = 20; rtt <= 100; rtt += 80) {
		row(title ", up, " rtt " ms", name "-up-" rtt, unit, "", up)
		row(title ", down, " rtt " ms", name "-down-" rtt, unit, "", down)
	}
}

# A round trip more than a connection that begins there: until the answer to
# the Attach only a segment, or two, are under way.
function ramps(    rtt, i, dir, ways) {
	split("up down", ways, " ")
	for (rtt = 20; rtt <= 100; rtt += 80)
		for (i = 1; i <= 2; i++)
			row("256 KiB from then, " ways[i] ", " rtt " ms",
			    "ramp-" ways[i] "-" rtt, "RTT", "",
			    "value <= " value["ramp-" ways[i] "-" rtt ".plain"] + 1.1)
}

# As far as the messages have to go; both at once find each other by the agent.
function homes(    i, base) {
	row("connect, direct", "redirect-none", "RTT", "", "")
	row("connect, sent on by an agent", "redirect-agent", "RTT", "", "value <= 2.1")
	row("connect, by a hidden server", "redirect-hidden", "RTT", "", "value <= 2.1")
	moves("gap, server", "away", "RTT", "value <= 1.1", "value <= 0.6")
	moves("worst gap, server", "away-max", "RTT", "value <= 1.1", "value <= 0.6")
	moves("gap, both at once", "both", "RTT", "", "")
	moves("worst gap, both", "both-max", "RTT", "", "")
	for (i = 1; i <= n_homes; i++) {
		base = i > 1 ? "home-" homes_of[1] ".csp" : ""
		row("Setup, agent of " homes_of[i], "home-" homes_of[i], "instr",
		    base, i > 1 ? "ratio <= 1.05" : "")
	}
	for (i = 1; i <= n_homes; i++) {
		base = i > 1 ? "renew-" homes_of[1] ".csp" : ""
		row("Register again, agent of " homes_of[i], "renew-" homes_of[i],
		    "instr", base, i > 1 ? "ratio <= 1.05" : "")
	}
	# What those take that are more than in the row before; tables double.
	for (i = 2; i <= n_homes; i++) {
		base = i > 2 ? "home-memory-" homes_of[2] ".csp" : ""
		row("memory of one, agent of " homes_of[i],
		    "home-memory-" homes_of[i], "bytes", base,
		    i > 2 ? "ratio <= 1.10" : "")
	}
}

# What a router does of it is the difference from one that only forwards.
function router() {
	row("connect and close, router", "router-ruleset", "instr",
	    "router-ruleset.plain", "")
	row("the same, router is a box", "router-box", "instr",
	    "router-ruleset.plain", "")
	if (!has("router-box.csp"))
		return
	value["router-own.plain"] = value["router-ruleset.plain"] - \
		value["router-bare.plain"]
	value["router-own.csp"] = value["router-box.csp"] - value["router-bare.csp"]
	row("what the router does of it", "router-own", "instr",
	    "router-own.plain", "")
	row("connect and close, NAT", "router-nat", "instr",
	    "router-nat.plain", "")
	value["router-own-nat.plain"] = value["router-nat.plain"] - \
		value["router-bare.plain"]
	value["router-own-nat.csp"] = value["router-nat.csp"] - \
		value["router-bare.csp"]
	row("what the NAT does of it", "router-own-nat", "instr",
	    "router-own-nat.plain", "")
}

# A share of none has no ratio, and no time.
function floods() {
	row("forged Setup, host; SYN cookie", "flood-host", "instr",
	    "flood-host.plain", "")
	row("forged Setup, box; synproxy", "flood-box", "instr",
	    "flood-box.plain", "")
	if (has("flood-drop.csp") && has("flood-ingress.plain"))
		value["flood-ingress.csp"] = value["flood-drop.csp"]
	row("drop by a block; nft, ingress", "flood-ingress", "instr",
	    "flood-ingress.plain", "ratio <= 1.0")
	row("the same; nft, prerouting", "flood-drop", "instr",
	    "flood-drop.plain", "ratio <= 1.0")
	row("served in a flood, host, cookies", "served-host-always", "%", "",
	    "")
	row("- cookies under load", "served-host-load", "%", "", "")
	row("- no cookies", "served-host-never", "%", "", "")
	row("served in it, box; synproxy", "served-box-always", "%", "", "")
	row("- neither", "served-box-never", "%", "", "")
	row("until served, host, cookies", "served-time-host-always", "ms", "",
	    "")
	row("- cookies under load", "served-time-host-load", "ms", "", "")
	row("until served, box; synproxy", "served-time-box-always", "ms", "",
	    "")
}

function many(count) { return count + 0 ? count : "no" }

function boxes(    i, base) {
	router()
	row("1 MiB, no offloads, router", "forward-ruleset", "instr",
	    "forward-ruleset.plain", "")
	row("the same, router is a box", "forward-box", "instr",
	    "forward-ruleset.csp", "ratio ~ 0.005")
	row("the same, NAT", "forward-nat", "instr", "forward-nat.plain",
	    "ratio ~ 0.005")
	row("a port opened, NAT", "mapping", "instr", "mapping.pcp", "")
	row("messages for it", "mapping-messages", "", "mapping-messages.pcp", "")
	row("time until it is known", "mapping-time", "RTT", "mapping-time.pcp", "")
	row("a port opened, firewall", "mapping-box", "instr", "", "")
	row("messages for it", "mapping-box-messages", "", "", "")
	row("time until it is known", "mapping-box-time", "RTT", "", "")
	row("Setup, box of 10 rules", "rules-10", "instr", "", "")
	row("of 10000 rules", "rules-10000", "instr", "rules-10.csp",
	    "ratio <= 1.05")
	row("of 10000, alike but for source port", "rules-alike", "instr",
	    "rules-10.csp", "")
	row("of 10000, alike but for port range", "rules-ranges", "instr",
	    "rules-10.csp", "")
	row("of 32, each other prefix lengths", "rules-lengths-32", "instr",
	    "rules-10.csp", "")
	row("of 1024, each other prefix lengths", "rules-lengths-1024", "instr",
	    "rules-10.csp", "")
	floods()
	for (i = 1; i <= n_counts; i++) {
		base = i > 1 ? "open-" counts[1] ".csp" : ""
		row("Setup, box of " many(counts[i]) " pinholes",
		    "open-" counts[i], "instr", base,
		    i > 1 ? "ratio <= 1.05" : "")
	}
	for (i = 1; i <= n_counts; i++) {
		base = i > 1 ? "confirm-" counts[1] ".csp" : ""
		row("its OK, box of " many(counts[i]), "confirm-" counts[i],
		    "instr", base, i > 1 ? "ratio <= 1.05" : "")
	}
	# Of fewer, the allocators' own granularity would show.
	for (i = 1; i <= n_counts; i++)
		if (counts[i] >= 100000)
			row("memory of one among " counts[i],
			    "pinhole-memory-" counts[i], "bytes",
			    "pinhole-memory-" counts[i] ".plain", "")
}

END {
	printf "%-35s %-6s %9s %9s %9s %9s %9s %7s  %s\n", "", "unit", "plain",
		"CSP", "MPTCP", "WireGuard", "PCP", "ratio", "target"
	row("connect and close", "connect-close", "instr", "connect-close.plain",
	    "ratio <= 1.15")
	row("connect at 20 ms", "connect-time", "ms", "connect-time.plain",
	    "ratio ~ 0.005")
	row("1 MiB, before a move", "bulk-before", "instr", "bulk-before.plain",
	    "ratio ~ 0.005")
	row("1 MiB, after it", "bulk-after", "instr", "bulk-after.plain",
	    "ratio ~ 0.005")
	row("1 MiB, within 3 s of it", "bulk-tombs", "instr", "bulk-after.plain", "")
	row("1 MiB, no offloads, before it", "packets-before", "instr",
	    "packets-before.plain", "ratio ~ 0.005")
	row("1 MiB, no offloads, after it", "packets-after", "instr",
	    "packets-after.plain", "ratio ~ 0.005")
	row("1 MiB, no offloads, within 3 s", "packets-tombs", "instr",
	    "packets-after.plain", "")
	moves("gap", "gap", "RTT", "value <= 0.6", "value <= 1.1")
	moves("worst gap", "gap-max", "RTT", "value <= 0.6", "value <= 1.1")
	ramps()
	moves("RTO back-off then", "backoff", "", "value <= 0", "value <= 0")
	homes()
	row("memory, each end", "memory", "bytes", "memory.plain", "")
	for (i = 1; i <= n_sizes; i++) {
		base = i > 1 ? "found-" sizes[1] ".csp" : ""
		row("look-up among " sizes[i], "found-" sizes[i], "instr", base,
		    i > 1 ? "ratio <= 1.05" : "")
	}
	for (i = 1; i <= n_sizes; i++) {
		base = i > 1 ? "accept-" sizes[1] ".csp" : ""
		row("Setup accepted among " sizes[i], "accept-" sizes[i], "instr",
		    base, i > 1 ? "ratio <= 1.05" : "")
	}
	# Of fewer, the allocators' own granularity would show.
	for (i = 1; i <= n_sizes; i++)
		if (sizes[i] >= 100000)
			row("memory of one among " sizes[i], "memory-" sizes[i], "bytes",
			    "", "")

	boxes()

	printf("{\n  \"kernel\": %s,\n  \"quick\": %s,\n", quote(kernel),
	       (quick == "" ? "false" : "true")) >json
	printf("  \"targets_met\": %d,\n  \"targets_missed\": %d,\n", met,
	       n_missed) >json
	printf("  \"rows\": [%s\n  ],\n  \"values\": {", rows) >json
	for (i = 1; i <= n; i++)
		printf("%s\n    %s: %s", (i > 1 ? "," : ""), quote(order[i]),
		       number(value[order[i]])) >json
	printf("\n  }\n}\n") >json

	if (!(met + n_missed))
		print "\nNo part with a target was run."
	else if (n_missed)
		printf "\n%d of %d targets met; missed: %s.\n", met, met + n_missed,
			missed
	else
		printf "\nAll %d targets met.\n", met
}
