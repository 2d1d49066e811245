/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settings of a box, per network namespace: attributes of the netlink command
 * conf-set.
 *
 * CSP_BOX_CONF(identifier, default, min, max, "unit", "meaning"). The order is
 * that of the attributes in Documentation/netlink/specs/csp_mbox.yaml.
 *
 * No include guard: the list is expanded with several definitions of
 * CSP_BOX_CONF().
 */

CSP_BOX_CONF(enable, 0, 0, 1, "bool", "take part in what this namespace forwards")
CSP_BOX_CONF(udp_timeout, 10000, 1000, 86400000, "ms",
	     "idle time of a UDP pinhole whose host asks for none")
CSP_BOX_CONF(tcp_timeout, 7440000, 1000, 864000000, "ms",
	     "the same for the other transports")
CSP_BOX_CONF(max_timeout, 3600000, 1000, 864000000, "ms",
	     "idle time that a host may ask for where no rule says")
CSP_BOX_CONF(provisional, 10000, 1000, 60000, "ms", "how long a pinhole waits for its OK")
CSP_BOX_CONF(linger, 10000, 0, 60000, "ms", "life of a pinhole after the Detach")
CSP_BOX_CONF(max_pinholes, 1048576, 1, 16777216, "pinholes", "pinholes at once")
CSP_BOX_CONF(max_waiting, 16384, 1, 1048576, "pinholes", "of them, those that wait for an OK")
CSP_BOX_CONF(max_rules, 65536, 0, 1048576, "rules", "rules at once")
CSP_BOX_CONF(max_blocks, 4096, 1, 1048576, "blocks", "floods that are stopped at once")
CSP_BOX_CONF(max_block_time, 600000, 1000, 86400000, "ms",
	     "how long a flood is stopped unless its victim asks again")
CSP_BOX_CONF(token_lifetime, 3600, 1, 86400, "s",
	     "age at which the secret of gateway tokens is replaced; the former one is still good")
CSP_BOX_CONF(cookies, 1, 0, 2, "choice",
	     "have a Setup's sender echo a nonce first: 0 never, 1 under load, 2 always")
CSP_BOX_CONF(max_names, 4096, 0, 1048576, "names", "names of hosts inside a NAT at once")
CSP_BOX_CONF(grant_time, 60000, 1000, 3600000, "ms",
	     "how long a guarded host waits for whom the firewall lets in")
