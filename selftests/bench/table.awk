# SPDX-License-Identifier: GPL-2.0
#
# From the values that the benchmarks printed, "NAME.KIND VALUE", to a table on
# standard output and to the file that the variable "json" names.

function has(name) { return (name in value) && value[name] != "inf" }

# How a value is shown: count, ms, RTT, bytes.
function show(v, unit) {
	if (v == "")
		return ""
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

# One row. WANT: "ratio <= 1.15", "value <= 1.1", "ratio 1 +- 0.005" or "";
# the ratio is that to BASE.
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
			mark = k <= part[3] + part[4] ? "met" : "missed"
		else
			mark = k >= part[2] - part[4] && k <= part[2] + part[4] ? "met" : "missed"
	}
	line = sprintf("%-38s %-6s", title, unit)
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

function heading(text) { heads = heads text }

BEGIN { n_kinds = split("plain csp mptcp wireguard", kinds, " ") }

{ value[$1] = $2; order[++n] = $1 }

# A look-up is what a datagram of a flagged socket costs more.
$1 ~ /^lookup-[0-9]+\.csp$/ {
	size = $1
	gsub(/[^0-9]/, "", size)
	sizes[++n_sizes] = size
	value["found-" size ".csp"] = $2 - value["lookup-" size ".plain"]
}

END {
	printf "%-38s %-6s %9s %9s %9s %9s %7s  %s\n", "", "unit", "plain", "CSP",
		"MPTCP", "WireGuard", "ratio", "target (CSP)"
	row("connect and close", "connect-close", "instr", "connect-close.plain",
	    "ratio <= 1.15")
	row("connect at 20 ms", "connect-time", "ms", "connect-time.plain",
	    "ratio <= 1.00 0.005")
	row("1 MiB, before a move", "bulk-before", "instr", "bulk-before.plain",
	    "ratio 1 +- 0.005")
	row("1 MiB, after it", "bulk-after", "instr", "bulk-after.plain",
	    "ratio 1 +- 0.005")
	row("1 MiB, within 3 s of it", "bulk-tombs", "instr", "bulk-after.plain", "")
	row("1 MiB, no offloads, before a move", "packets-before", "instr",
	    "packets-before.plain", "ratio 1 +- 0.005")
	row("1 MiB, no offloads, after it", "packets-after", "instr",
	    "packets-after.plain", "ratio 1 +- 0.005")
	for (rtt = 20; rtt <= 100; rtt += 80) {
		row("gap, up, " rtt " ms", "gap-up-" rtt, "RTT", "", "value <= 0.6")
		row("gap, down, " rtt " ms", "gap-down-" rtt, "RTT", "", "value <= 1.1")
		row("256 KiB after it, up, " rtt " ms", "ramp-up-" rtt, "RTT", "",
		    "value <= " value["ramp-up-" rtt ".plain"] " 1")
		row("256 KiB after it, down, " rtt " ms", "ramp-down-" rtt, "RTT", "",
		    "value <= " value["ramp-down-" rtt ".plain"] " 1")
	}
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
	if (n_sizes)
		row("memory of one among " sizes[n_sizes], "memory-" sizes[n_sizes],
		    "bytes", "", "")

	printf("{\n  \"kernel\": %s,\n  \"quick\": %s,\n  \"rows\": [%s\n  ],\n",
	       quote(kernel), (quick == "" ? "false" : "true"), rows) >json
	printf("  \"values\": {") >json
	for (i = 1; i <= n; i++)
		printf("%s\n    %s: %s", (i > 1 ? "," : ""), quote(order[i]),
		       number(value[order[i]])) >json
	printf("\n  }\n}\n") >json
}
